import type { Expectation, NewMessage, Write } from "../../contract/batch.ts";
import { BATCH_RECORDS } from "../../contract/batch-size.ts";
import { blobsOfMessage } from "../../contract/staged-text.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import { newId } from "../../id.ts";
import type { Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { sweepBlobs } from "./sweep-blobs.ts";
import { BlobBatches } from "./blob-batches.ts";
import type { BlobValue } from "./blob-value.ts";
import { type BlobHolder, insertReference } from "./blob-holders.ts";
import { listName, listWrites, removeList } from "./staging-names.ts";

/** References that go into the batch of their append; its bytes have room for so many. */
const referencesBeside = 300;
/** Records that a batch may hold beside an append and its references, if it is not told. */
const fewRecords = 10;
const keysPerGet = 1_000;
const attempts = 10;

export interface BatchShape {
  /** Records that the batch holds beside the append and what is answered. Default: few. */
  readonly otherRecords?: number;
  /** Whether the batch makes the session. Default: false. */
  readonly makesSession?: boolean;
}

/** What a batch holds beside an append that names blobs. */
export interface BesideAppend {
  readonly writes: readonly Write[];
  readonly expect: readonly Expectation[];
}

/** The blobs that appends name: kept from sweeps from before they are stored until `finish` or `abandon`. */
export class StagedBlobs {
  readonly #context: ServiceContext;
  /** Made with the first of them: most appends stage nothing. */
  #list = "";
  readonly #hashes = new Set<string>();
  /** The list holds all of them, so it is written by one after another. */
  #turn: Promise<void> | undefined;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  get isEmpty(): boolean {
    return this.#hashes.size === 0;
  }

  /** Stores those that are not there yet; the others are touched. On disk when it resolves. */
  async stage(values: readonly BlobValue[]): Promise<void> {
    if (values.length === 0) return;
    const before = this.#turn;
    const turn = (async () => {
      await before;
      await this.#stage(values);
    })();
    this.#turn = turn.catch(() => {});
    await turn;
  }

  async #stage(values: readonly BlobValue[]): Promise<void> {
    const given = new Map(values.map((value) => [value.hash, value]));
    for (const hash of this.#hashes) given.delete(hash);
    if (given.size === 0) return;
    if (this.#list === "") this.#list = listName(newId());
    for (const hash of given.keys()) this.#hashes.add(hash);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#stageOnce([...given.values()]);
        return;
      } catch (error) {
        // A sweep took one between the look at it and the touch.
        if (!isBlobGone(error) || attempt === attempts) throw error;
      }
    }
  }

  async #stageOnce(values: readonly BlobValue[]): Promise<void> {
    const known = await this.#read(values.map(({ hash }) => hash));
    const list = listWrites(this.#list, [...this.#hashes], newId(), this.#context.store.now());
    const batches = new BlobBatches(this.#context, list);
    for (const value of values) {
      const row = known.get(value.hash);
      if (row !== undefined && row.pieces !== 0) {
        await batches.touch(row);
      } else {
        await batches.store(value);
      }
    }
    await batches.flush();
  }

  async #read(hashes: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    const { store, tenant } = this.#context;
    const requests = [];
    for (let begin = 0; begin < hashes.length; begin += keysPerGet) {
      const keys = hashes.slice(begin, begin + keysPerGet).map((hash) => [hash]);
      requests.push({ type: "get", kind: "blobs", keys } as const);
    }
    const { answers } = await store.read({ tenant, requests });
    const rows = answers.flat().filter((row) => row !== undefined);
    return new Map(rows.map((row) => [row.hash as string, row]));
  }

  /**
   * What the batch of an append to this session has to hold beside it. References that it has no room for are written
   * now, unless the batch makes the session: then they are refused as `too_large`.
   */
  async besideAppend(
    session: string,
    messages: readonly NewMessage[],
    { otherRecords = fewRecords, makesSession = false }: BatchShape = {},
  ): Promise<BesideAppend> {
    if (this.isEmpty) return { writes: [], expect: [] };
    const { store, tenant } = this.#context;
    const writes = messages.flatMap(({ record }) =>
      blobsOfMessage(record).map((hash) =>
        insertReference({ sessionId: session, hash, ownerKind: "messages", ownerId: record.id as string }),
      ),
    );
    const expect = [{ type: "present", kind: "blobs", key: [this.#list] }] as const;
    const room = BATCH_RECORDS - messages.length - otherRecords;
    const beside = makesSession ? room : Math.min(room, referencesBeside);
    const rest = writes.splice(Math.max(beside, 0));
    if (makesSession && rest.length > 0) throw tooManyLarge(beside);
    for (let begin = 0; begin < rest.length; begin += referencesBeside) {
      await store.commit({ tenant, writes: rest.slice(begin, begin + referencesBeside), expect });
    }
    return { writes, expect };
  }

  /** What the batch of other records has to hold that name blobs: a reference for each of them. */
  besideRecords(holders: readonly BlobHolder[]): BesideAppend {
    if (this.isEmpty) return { writes: [], expect: [] };
    return {
      writes: holders.map(insertReference),
      expect: [{ type: "present", kind: "blobs", key: [this.#list] }],
    };
  }

  /** The appends are there: from now on their references hold the blobs. */
  async finish(): Promise<void> {
    if (this.isEmpty) return;
    this.#hashes.clear();
    const { store, tenant } = this.#context;
    // What a crash loses of it, a sweep repeats.
    await store.commit({ tenant, writes: removeList(this.#list), quiet: { durable: false } });
  }

  /**
   * Nothing was written, or not all of it: what nobody refers to is removed at once, be it stored for this, or left here by
   * others who let go of it meanwhile.
   */
  async abandon(): Promise<void> {
    const hashes = [...this.#hashes];
    await this.finish();
    if (hashes.length > 0) await sweepBlobs(this.#context, { hashes });
  }
}

/** Takes back the references of a message that is deleted. */
export function removedReferences({ sessionId, id }: Row, hashes: readonly string[]): readonly Write[] {
  return hashes.map((hash) => ({
    type: "remove",
    kind: "blob_references",
    key: [sessionId as string, hash, "messages", id as string],
  }));
}

function tooManyLarge(limit: number): ThroughlineError {
  return new ThroughlineError(
    "too_large",
    `A session can be made with at most ${limit} large messages; append the others.`,
    { reason: "messages", outcome: "refused", details: { limit } },
  );
}

/** Whether a batch was refused because a blob, or the list that kept it, was swept. */
export function isBlobGone(error: unknown): boolean {
  return isThroughlineError(error) && error.reason === "expectation" && error.details?.kind === "blobs";
}
