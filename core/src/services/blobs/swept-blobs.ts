import { isThroughlineError } from "../../error.ts";
import type { Expectation, Write } from "../../contract/batch.ts";
import type { Get } from "../../contract/read.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { holderOf, namesBlob } from "./blob-holders.ts";
import { type Staging, readStaging } from "./staging-lists.ts";
import { expectMark } from "./staging-names.ts";

/** References of one blob that are looked at together; one that holds is enough. */
const referencesAtOnce = 5;
/** Commits under way at a time: a store carries them out together. */
const commitsAtOnce = 16;
/** Pieces that one batch removes. */
const piecesPerBatch = 900;
interface SweepSettings {
  readonly dryRun: boolean;
  /** Names of lists that count no longer. */
  readonly passedOver: ReadonlySet<string>;
  /** How often blobs are looked at because somebody began to stage meanwhile. */
  readonly attempts: number;
}

/** Looks who holds blobs, and removes those that nobody does. */
export class SweptBlobs {
  readonly #context: ServiceContext;
  readonly #dryRun: boolean;
  readonly #passedOver: ReadonlySet<string>;
  readonly #attempts: number;
  blobs = 0;
  bytes = 0;
  /** In a dry run: those that would go. */
  readonly free: string[] = [];
  /** Blobs that stay because somebody began to stage each time that they were looked at. */
  left = 0;

  constructor(context: ServiceContext, settings: SweepSettings) {
    this.#context = context;
    this.#dryRun = settings.dryRun;
    this.#passedOver = settings.passedOver;
    this.#attempts = settings.attempts;
  }

  async sweep(blobs: readonly Row[]): Promise<void> {
    let rest = blobs;
    for (let attempt = 1; rest.length > 0 && attempt <= this.#attempts; attempt += 1) {
      rest = await this.#readAgain(await this.#sweepOnce(rest));
    }
    this.left += rest.length;
  }

  /** As they are now, those that somebody else has removed left out. */
  async #readAgain(blobs: readonly Row[]): Promise<readonly Row[]> {
    if (blobs.length === 0) return blobs;
    const { store, tenant } = this.#context;
    const keys = blobs.map(({ hash }) => [hash as string]);
    const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "blobs", keys }] });
    return answers[0].filter((row) => row !== undefined);
  }

  /** Answers those that somebody may have begun to stage meanwhile. */
  async #sweepOnce(blobs: readonly Row[]): Promise<readonly Row[]> {
    // The order counts: who stages writes a list, then references, and removes the list at the end.
    const staging = await readStaging(this.#context, this.#passedOver);
    const unlisted = blobs.filter(({ hash }) => !staging.hashes.has(hash as string));
    const held = await this.#findHeld(unlisted);
    const free = unlisted.filter(({ hash }) => !held.has(hash as string));
    const rest: Row[] = [];
    for (let begin = 0; begin < free.length; begin += commitsAtOnce) {
      const some = free.slice(begin, begin + commitsAtOnce);
      const done = await Promise.all(some.map((blob) => this.#sweepBlob(blob, staging)));
      rest.push(...some.filter((_, index) => done[index] === false));
    }
    return rest;
  }

  /** Those that one of their first references holds: nearly all that are in use, in two reads. */
  async #findHeld(blobs: readonly Row[]): Promise<ReadonlySet<string>> {
    const { store, tenant } = this.#context;
    const requests = blobs.map(({ hash }) => referencesTo(hash as string));
    const { answers } = await store.read({ tenant, requests });
    const references = answers.flatMap(({ rows }) => rows);
    const areHeld = await this.#areHeld(references);
    return new Set(references.filter((_, index) => areHeld[index]).map(({ hash }) => hash as string));
  }

  async #sweepBlob(blob: Row, staging: Staging): Promise<boolean> {
    const hash = blob.hash as string;
    const found = await this.#dropStaleReferences(hash, staging);
    if (found !== "none") return found === "held";
    if (this.#dryRun) this.free.push(hash);
    else if (!(await this.#remove(blob, staging))) return false;
    this.blobs += 1;
    this.bytes += blob.size as number;
    return true;
  }

  /** Removes references whose record does not name the blob any longer, until one does. */
  async #dropStaleReferences(hash: string, staging: Staging): Promise<"held" | "none" | "changed"> {
    const { store, tenant } = this.#context;
    for (let after: KeyValues | undefined; ;) {
      const request = { ...referencesTo(hash), ...(after === undefined ? undefined : { after }) };
      const { answers } = await store.read({ tenant, requests: [request] });
      const [{ rows, next }] = answers;
      if ((await this.#areHeld(rows)).includes(true)) return "held";
      if (!this.#dryRun) {
        const dropped = await Promise.all(rows.map((row) => this.#drop(row, staging)));
        if (dropped.includes(false)) return "changed";
      }
      if (next === undefined) return "none";
      after = next;
    }
  }

  /** Whether the records that references are of hold their blobs; what is of a kind that is not known here does. */
  async #areHeld(references: readonly Row[]): Promise<readonly boolean[]> {
    const requests: Get[] = [];
    const places = references.map((reference) => {
      const holder = holderOf(reference);
      if (holder === undefined) return undefined;
      let place = requests.findIndex(({ kind }) => kind === holder.kind);
      if (place < 0) {
        place = requests.length;
        requests.push({ type: "get", kind: holder.kind, keys: [], select: "all", hidden: true });
      }
      const request = requests[place] as Get;
      requests[place] = { ...request, keys: [...request.keys, holder.key] };
      return { kind: holder.kind, place, index: request.keys.length };
    });
    if (requests.length === 0) return references.map(() => true);
    const { store, tenant } = this.#context;
    const { answers } = await store.read({ tenant, requests });
    return references.map(({ hash }, index) => {
      const at = places[index];
      if (at === undefined) return true;
      const row = answers[at.place]?.[at.index];
      return row !== undefined && namesBlob(at.kind, row, hash as string);
    });
  }

  /** Removes a reference. Whoever makes its message name the blob again stages it first, which is noticed by the mark. */
  async #drop({ sessionId, hash, ownerKind, ownerId }: Row, staging: Staging): Promise<boolean> {
    return this.#commit(
      [expectMark(staging.mark)],
      [
        {
          // A removal by prefix also works where the session was deleted.
          type: "remove-many",
          kind: "blob_references",
          shape: "key",
          prefix: [sessionId, hash, ownerKind, ownerId] as string[],
          limit: 1,
        },
      ],
      false,
    );
  }

  /** Removes a blob that nobody holds, unless somebody began to stage since, be it this one or another. */
  async #remove({ hash, touchedAt }: Row, staging: Staging): Promise<boolean> {
    const { store, tenant } = this.#context;
    const name = hash as string;
    for (;;) {
      const { answers } = await store.read({
        tenant,
        requests: [
          {
            type: "query",
            kind: "blob_pieces",
            shape: "key",
            prefix: [name],
            direction: "forward",
            limit: piecesPerBatch,
            select: "key",
          },
        ],
      });
      const [{ rows, next }] = answers;
      const writes: Write[] = rows.map(({ piece }) => ({
        type: "remove",
        kind: "blob_pieces",
        key: [name, piece as number],
      }));
      // The record goes with the last piece, so that none is ever without.
      if (next === undefined) writes.push({ type: "remove", kind: "blobs", key: [name] });
      const isUntouched = {
        type: "equals",
        kind: "blobs",
        key: [name],
        fields: { touchedAt: touchedAt as number },
      } as const;
      if (!(await this.#commit([expectMark(staging.mark), isUntouched], writes, true))) return false;
      if (next === undefined) return true;
    }
  }

  async #commit(
    expect: readonly Expectation[],
    writes: readonly Write[],
    isQuiet: boolean,
  ): Promise<boolean> {
    const { store, tenant } = this.#context;
    try {
      await store.commit({ tenant, expect, writes, ...(isQuiet ? { quiet: { durable: true } } : undefined) });
      return true;
    } catch (error) {
      if (isThroughlineError(error) && error.reason === "expectation") return false;
      throw error;
    }
  }
}

/** Who refers to a blob, those of deleted sessions that are not erased yet among them. */
function referencesTo(hash: string) {
  return {
    type: "query",
    kind: "blob_references",
    shape: "hash",
    prefix: [hash],
    direction: "forward",
    limit: referencesAtOnce,
    hidden: true,
  } as const;
}
