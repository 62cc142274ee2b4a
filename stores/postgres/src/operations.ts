/** Operation ids: what a batch answered, so that its repetition answers the same. */
import type { StoredOperation, WriteResult } from "@throughline/core";
import { type SqlRow, appendedResult, resultsOfAppend } from "@throughline/store-sql";

/** The columns that `readOperation` reads. */
export const operationColumns = `"fingerprint", "position", "session_id", "first_seq", "message_ids", "results"`;

/** Reads an operation. Undefined for one that was refused, and is kept from being carried out by a late attempt only. */
export function readOperation(row: SqlRow): StoredOperation | undefined {
  const [fingerprint, position, session, firstSeq, ids, results] = row as readonly unknown[];
  if (session === null && results === null) return undefined;
  return {
    fingerprint: fingerprint as string,
    position: position as number,
    results:
      session === null
        ? (JSON.parse(results as string) as WriteResult[])
        : resultsOfAppend({
            session: session as string,
            firstSeq: firstSeq as number,
            ids: ids as readonly string[],
          }),
  };
}

/** What is kept of a batch's results: in short where it appended new messages only, as nearly every batch does. */
export function keptResults(results: readonly WriteResult[]): {
  readonly session?: string;
  readonly first_seq?: number;
  readonly message_ids?: readonly string[];
  readonly results?: string;
} {
  const append = appendedResult(results);
  if (append === undefined) return { results: JSON.stringify(results) };
  return { session: append.session, first_seq: append.firstSeq, message_ids: append.ids };
}
