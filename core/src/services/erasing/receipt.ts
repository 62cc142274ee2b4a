/** What a deletion did, for the one who asked for it. */
import type { Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import type { KeyValues } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { type ErasureJob, readJob, stateRecord } from "./erasure-job.ts";

export interface DeletionReceipt {
  readonly sessionId: string;
  readonly deletedAt: Date;
  /** False: the session is hidden, or parts of it stay for its forks. True: nothing of it is left. */
  readonly erased: boolean;
  readonly erasedAt: Date | null;
  /** When clean-up erases what was hidden; null where it was erased, or never is. */
  readonly eraseAfter: Date | null;
  /**
   * By kind of record, how many are gone: `sessions`, `messages`, `branches`, `chat_settings`, `blob_references`, `blobs`,
   * `sources`, `source_chunks` and what else belonged to it. Where the session is only hidden: how many are hidden.
   */
  readonly removed: Readonly<Record<string, number>>;
  /** Bytes of large values that were removed. */
  readonly bytes: number;
  /** Forks for which a part of it stays. */
  readonly sharedWith: readonly string[];
  /** Forks that lost a part of their history. */
  readonly forksWithLostHistory: readonly string[];
}

/** A receipt as it is kept: names and counts, and no content. */
type KeptReceipt = Omit<
  ErasureJob,
  "kept" | "isBlank" | "hashes" | "isCounted" | "isEndedGone" | "sources" | "everything"
> & {
  readonly erasedAt: number;
};

function receiptKey(session: string): KeyValues {
  return ["receipts", "sessions", session];
}

/** Keeps the receipt of an erasure that ends. */
export function insertReceipt(job: ErasureJob, now: number): Write {
  const { sessionId, deletedAt, removed, bytes, forksWithLostHistory } = job;
  const kept: KeptReceipt = {
    sessionId,
    deletedAt,
    erasedAt: now,
    removed,
    bytes,
    sharedWith: [],
    forksWithLostHistory,
  };
  const record = stateRecord(receiptKey(sessionId), kept, now);
  return { type: "insert", kind: "state", record, exists: "replace" };
}

/** The receipt of a session that was erased; undefined where it was not, or not to its end. */
export async function findReceipt(
  { store, tenant }: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<DeletionReceipt | undefined> {
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "state", keys: [receiptKey(session)] }] },
    options,
  );
  const row = answers[0][0];
  if (row === undefined) return undefined;
  const kept = JSON.parse(row.value as string) as KeptReceipt;
  return {
    ...kept,
    deletedAt: new Date(kept.deletedAt),
    erased: true,
    erasedAt: new Date(kept.erasedAt),
    eraseAfter: null,
  };
}

/** What an erasure has done that has not ended: it waits for forks, or was interrupted. */
export function unfinishedReceipt(job: ErasureJob): DeletionReceipt {
  const { sessionId, deletedAt, removed, bytes, sharedWith, forksWithLostHistory } = job;
  return {
    sessionId,
    deletedAt: new Date(deletedAt),
    erased: false,
    erasedAt: null,
    eraseAfter: null,
    removed,
    bytes,
    sharedWith,
    forksWithLostHistory,
  };
}

/**
 * What was removed of a session: of one that was erased, and of one whose erasure goes on or waits for forks.
 *
 * @throws ThroughlineError `not_found` with reason `receipt`
 */
export async function readReceipt(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<DeletionReceipt> {
  // The job first: in the commit that removes it the receipt comes.
  const stored = await readJob(context, session, options);
  if (stored !== undefined) return unfinishedReceipt(stored.job);
  const receipt = await findReceipt(context, session, options);
  if (receipt !== undefined) return receipt;
  throw new ThroughlineError("not_found", `Nothing of a session ${session} was erased.`, {
    reason: "receipt",
    details: { session },
  });
}
