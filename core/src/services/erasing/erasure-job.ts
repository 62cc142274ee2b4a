/** What an erasure has done so far: kept in the store, and changed in the same commits as what it erases. */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues, Row, StoredRecord } from "../../model/kind.ts";
import { everyRecord } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Positions } from "./position-ranges.ts";

export interface ErasureJob {
  readonly sessionId: string;
  readonly deletedAt: number;
  /** Also what living forks share. */
  readonly everything: boolean;
  /** Positions whose messages are still there. */
  readonly kept: Positions;
  /** Whether the session's own text was taken out, while its record stays for its forks. */
  readonly isBlank: boolean;
  /** What was removed so far, by kind. */
  readonly removed: Readonly<Record<string, number>>;
  /** Bytes of large values that were removed. */
  readonly bytes: number;
  /** Large values that may have lost their last holder. */
  readonly hashes: readonly string[];
  /** Whether those are among `removed`: counted before they go, so that they are counted once. */
  readonly isCounted: boolean;
  /** Whether what had ended before is gone: reads don't find it, so it is removed once, unseen. */
  readonly isEndedGone: boolean;
  /** Imported files that messages came from. */
  readonly sources: readonly string[];
  /** Forks that a part stays for, and those that lost one. */
  readonly sharedWith: readonly string[];
  readonly forksWithLostHistory: readonly string[];
}

export interface StoredJob {
  readonly job: ErasureJob;
  readonly revision: number;
}

const scope = "erasing";
const collection = "sessions";

export function jobKey(session: string): KeyValues {
  return [scope, collection, session];
}

/** No erasure of the session has begun. */
export function expectNoJob(session: string): Expectation {
  return { type: "absent", kind: "state", key: jobKey(session) };
}

export function newJob(session: Row, deletedAt: number, everything: boolean): ErasureJob {
  const first = (session.forkedAt as number) + 1;
  const last = session.lastSeq as number;
  return {
    sessionId: session.id as string,
    deletedAt,
    everything,
    kept: last < first ? [] : [[first, last]],
    isBlank: false,
    removed: {},
    bytes: 0,
    hashes: [],
    isCounted: false,
    isEndedGone: false,
    sources: [],
    sharedWith: [],
    forksWithLostHistory: [],
  };
}

export function insertJob(job: ErasureJob, now: number): Write {
  const record = stateRecord(jobKey(job.sessionId), job, now);
  return { type: "insert", kind: "state", record, exists: "fail" };
}

export function updateJob(job: ErasureJob, now: number): Write {
  const set = { value: JSON.stringify(job), updatedAt: now };
  return { type: "update", kind: "state", key: jobKey(job.sessionId), set };
}

/** Any value as a record of `state`. */
export function stateRecord(key: KeyValues, value: unknown, now: number): StoredRecord {
  const [inScope = "", inCollection = "", name = ""] = key;
  return {
    scope: inScope,
    collection: inCollection,
    key: name,
    value: JSON.stringify(value),
    metadata: "",
    count: 0,
    updatedAt: now,
    expiresAt: 0,
  };
}

export async function readJob(
  { store, tenant }: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<StoredJob | undefined> {
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "state", keys: [jobKey(session)] }] },
    options,
  );
  const row = answers[0][0];
  return row === undefined ? undefined : toJob(row);
}

function toJob(row: Row): StoredJob {
  return { job: JSON.parse(row.value as string) as ErasureJob, revision: row.revision };
}

/** Which of these sessions are being erased. */
export async function findErasing(
  { store, tenant }: ServiceContext,
  sessions: readonly string[],
  options: CallOptions,
): Promise<ReadonlySet<string>> {
  if (sessions.length === 0) return new Set();
  const keys = sessions.map(jobKey);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "state", keys, select: "key" }] },
    options,
  );
  return new Set(sessions.filter((_, index) => answers[0][index] !== undefined));
}

/** Every erasure that has begun and not ended. */
export async function readJobs(
  context: ServiceContext,
  options: CallOptions,
): Promise<readonly ErasureJob[]> {
  const jobs: ErasureJob[] = [];
  const query = {
    kind: "state",
    shape: "key",
    prefix: [scope, collection],
    direction: "forward",
    limit: 200,
  } as const;
  for await (const row of everyRecord(context, query, options)) jobs.push(toJob(row).job);
  return jobs;
}
