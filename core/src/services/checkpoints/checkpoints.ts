/** Named snapshots of a session's context, and of whatever else their writer keeps. */
import * as v from "valibot";
import type { Row, StoredRecord } from "../../model/kind.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import { withJsonNames } from "../../schemas/json-names.ts";
import { jsonValue } from "../../schemas/json-value.ts";
import { pageSize } from "../../schemas/page-size.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { label, notDots } from "../../schemas/text.ts";
import { removeReference } from "../blobs/blob-holders.ts";
import { damaged, fetchBlobTexts } from "../blobs/fetch-blobs.ts";
import { withStagedBlobs } from "../blobs/with-staged-blobs.ts";
import type { ContextContent } from "../context/session-context.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { listRowsOf } from "../list-page.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";
import { sweepBlobs } from "../blobs/sweep-blobs.ts";
import {
  asSessionNotFound,
  isSessionGone,
  isStatusChange,
  readSession,
  touchSession,
} from "../sessions/touch-session.ts";
import { blobsOfCheckpoint, decodeField, encodeField } from "./checkpoint-value.ts";
import { type CheckpointComparison, compareSnapshots } from "./compare-snapshots.ts";
import { restoreContext } from "./restore-context.ts";
import { type Snapshot, contentOf, readSnapshot, takeSnapshot, writeSnapshot } from "./snapshot.ts";

export interface CheckpointSummary {
  readonly sessionId: string;
  readonly name: string;
  /** UTF-8 length of context and state as JSON. */
  readonly sizeBytes: number;
  readonly createdAt: Date;
}

export interface Checkpoint extends CheckpointSummary {
  readonly context: ContextContent;
  /** What its writer gave: any JSON; null: nothing. */
  readonly state: unknown;
}

const checkpointName = v.pipe(label, notDots);
const checkpointInput = v.strictObject({
  name: checkpointName,
  /** Any JSON, up to 64 MiB. Default: null. */
  state: v.optional(jsonValue),
});
export type CheckpointInput = v.InferInput<typeof checkpointInput>;
export const checkpointJson: v.GenericSchema = withJsonNames(checkpointInput);

export const checkpointListInput = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});
export type CheckpointListInput = v.InferInput<typeof checkpointListInput>;

const defaultLimit = 50;
const fieldBytes = 64 * 1024 * 1024;
/** How often a checkpoint that changes while it is read is read again. */
const attempts = 5;

interface Found {
  readonly summary: CheckpointSummary;
  readonly snapshot: Snapshot;
  /** JSON text. */
  readonly state: string;
}

export class Checkpoints {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Takes a snapshot of a session's context, under a name that the session has not used.
   *
   * @throws ThroughlineError `not_found`; `invalid`, with the field; `conflict` with reason `exists`; `too_large` with
   *   reason `checkpoint`
   */
  async create(
    sessionId: string,
    input: CheckpointInput,
    settings: CallSettings = {},
  ): Promise<CheckpointSummary> {
    const { name, state = null } = parseInput(checkpointInput, input, "checkpoint");
    const snapshot = await takeSnapshot(this.#context, sessionId, settings);
    const fields = [
      await encodeField(writeSnapshot(snapshot)),
      await encodeField(JSON.stringify(state)),
    ] as const;
    const tooLarge = fields.find(({ size }) => size > fieldBytes);
    if (tooLarge !== undefined) throw checkpointTooLarge(tooLarge.size);
    const { store, tenant } = this.#context;
    const record = {
      sessionId,
      name,
      context: fields[0].text,
      state: fields[1].text,
      sizeBytes: fields[0].size + fields[1].size,
      createdAt: store.now(),
    };
    await repeatOnConflict(isStatusChange, async () => {
      const row = await readSession(this.#context, sessionId, settings);
      await withStagedBlobs(this.#context, async (blobs) => {
        await blobs.stage(fields.flatMap(({ blob }) => (blob === undefined ? [] : [blob])));
        const beside = blobs.besideRecords(holdersOf(record));
        const touch = touchSession(row, store.now());
        const insert = { type: "insert", kind: "checkpoints", record, exists: "fail" } as const;
        const writes = [touch.write, insert, ...beside.writes];
        return store.commit({ tenant, writes, expect: [touch.expect, ...beside.expect] }, settings);
      });
    }).catch((error: unknown) => {
      throw isSessionGone(error) ? sessionNotFound(sessionId) : isTaken(error) ? nameTaken(name) : error;
    });
    return toSummary(record);
  }

  /** Checkpoints of a session, newest first, without what they hold. @throws ThroughlineError `not_found`, `invalid` */
  async list(
    sessionId: string,
    options: CheckpointListInput & CallSettings = {},
  ): Promise<Page<CheckpointSummary>> {
    const { signal, ...given } = options;
    const { limit = defaultLimit, cursor } = parseInput(checkpointListInput, given, "checkpoints");
    const query = {
      kind: "checkpoints",
      shape: "created",
      prefix: [sessionId],
      direction: "backward",
    } as const;
    const list = { list: `checkpoints ${sessionId}`, query, limit, cursor };
    const settings = signal === undefined ? {} : { signal };
    const { page } = await listRowsOf(sessionId, this.#context, list, settings);
    return { ...page, items: page.items.map(toSummary) };
  }

  /** A checkpoint with all that it holds. @throws ThroughlineError `not_found` */
  async get(sessionId: string, name: string, settings: CallSettings = {}): Promise<Checkpoint> {
    return toCheckpoint(await this.#find(sessionId, name, settings));
  }

  /**
   * What was added and removed since a checkpoint: until another, or until now.
   *
   * @throws ThroughlineError `not_found`
   */
  async compare(
    sessionId: string,
    from: string,
    { to, ...settings }: { readonly to?: string } & CallSettings = {},
  ): Promise<CheckpointComparison> {
    const before = await this.#find(sessionId, from, settings);
    const after = to === undefined ? undefined : await this.#find(sessionId, to, settings);
    const now = after?.snapshot ?? (await takeSnapshot(this.#context, sessionId, settings));
    return {
      from,
      to: to ?? null,
      ...compareSnapshots(before.snapshot, now),
      stateChanged: after === undefined ? null : before.state !== after.state,
    };
  }

  /**
   * Makes the session's context what it was: entries since then are removed, those that went come back, and the
   * workspace and the scores of files are what they were. Counts of resources stay, as does what is recorded meanwhile.
   * It works in small commits; a call that was cut short goes on when it is repeated. Answers the checkpoint: its state is
   * the caller's to take up.
   *
   * @throws ThroughlineError `not_found`
   */
  async restore(sessionId: string, name: string, settings: CallSettings = {}): Promise<Checkpoint> {
    const found = await this.#find(sessionId, name, settings);
    await restoreContext(this.#context, sessionId, found.snapshot, settings);
    return toCheckpoint(found);
  }

  /** Forgets a checkpoint. @throws ThroughlineError `not_found` */
  async delete(sessionId: string, name: string, settings: CallSettings = {}): Promise<void> {
    const { store, tenant } = this.#context;
    const record = { kind: "checkpoints", key: [sessionId, name] } as const;
    const hashes = await repeatOnConflict(
      ({ kind }) => kind === "checkpoints",
      async () => {
        const row = await this.#row(sessionId, name, settings);
        const writes = [{ type: "remove", ...record } as const, ...holdersOf(row).map(removeReference)];
        // Another of this name holds other values.
        const expect = [{ type: "equals", ...record, fields: { revision: row.revision } }] as const;
        await store.commit({ tenant, writes, expect }, settings).catch((error: unknown) => {
          throw asSessionNotFound(error, sessionId);
        });
        return blobsOfCheckpoint(row);
      },
    );
    if (hashes.length > 0) await sweepBlobs(this.#context, { hashes });
  }

  async #row(sessionId: string, name: string, options: CallOptions): Promise<Row> {
    const { store, tenant } = this.#context;
    // A name that none can have is none that is there.
    if (!v.is(checkpointName, name)) throw checkpointNotFound(sessionId, name);
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          { type: "get", kind: "sessions", keys: [[sessionId]], select: "key" },
          { type: "get", kind: "checkpoints", keys: [[sessionId, name]], select: "all" },
        ],
      },
      options,
    );
    const [[session], [row]] = answers;
    if (session === undefined) throw sessionNotFound(sessionId);
    if (row === undefined) throw checkpointNotFound(sessionId, name);
    return row;
  }

  /** What lies apart goes with its checkpoint: where it is missing, the checkpoint is asked for once more. */
  async #find(sessionId: string, name: string, options: CallOptions): Promise<Found> {
    for (let attempt = 1; ; attempt += 1) {
      const row = await this.#row(sessionId, name, options);
      const hashes = blobsOfCheckpoint(row);
      const texts = await fetchBlobTexts(this.#context, hashes);
      const missing = hashes.find((hash) => !texts.has(hash));
      if (missing === undefined) {
        return {
          summary: toSummary(row),
          snapshot: readSnapshot(sessionId, decodeField(row.context as string, texts)),
          state: decodeField(row.state as string, texts),
        };
      }
      if (attempt === attempts) throw damaged(missing);
    }
  }
}

function holdersOf(record: StoredRecord) {
  const owner = { ownerKind: "checkpoints", ownerId: record.name as string } as const;
  const sessionId = record.sessionId as string;
  return blobsOfCheckpoint(record).map((hash) => ({ sessionId, hash, ...owner }));
}

function toSummary({ sessionId, name, sizeBytes, createdAt }: StoredRecord): CheckpointSummary {
  return {
    sessionId: sessionId as string,
    name: name as string,
    sizeBytes: sizeBytes as number,
    createdAt: new Date(createdAt as number),
  };
}

function toCheckpoint({ summary, snapshot, state }: Found): Checkpoint {
  return { ...summary, context: contentOf(snapshot), state: JSON.parse(state) as unknown };
}

function isTaken(error: unknown): boolean {
  return isThroughlineError(error) && error.reason === "exists" && error.details?.kind === "checkpoints";
}

function nameTaken(name: string): ThroughlineError {
  return new ThroughlineError("conflict", `The session has a checkpoint ${name} already.`, {
    reason: "exists",
    outcome: "refused",
    details: { checkpoint: name },
  });
}

function checkpointNotFound(session: string, name: string): ThroughlineError {
  return new ThroughlineError("not_found", `The session ${session} has no checkpoint ${name}.`, {
    reason: "checkpoint",
    details: { session, checkpoint: name },
  });
}

function checkpointTooLarge(bytes: number): ThroughlineError {
  const message = `Context and state of a checkpoint may have at most ${fieldBytes} bytes each, not ${bytes}.`;
  return new ThroughlineError("too_large", message, {
    reason: "checkpoint",
    outcome: "refused",
    details: { limit: fieldBytes, bytes },
  });
}
