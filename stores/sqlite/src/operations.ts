/** Operation ids: what a batch answered, so that its repetition answers the same. */
import type { CheckedBatch, StoredOperation, WriteResult } from "@throughline/core";
import { appendedResult, resultsOfAppend } from "@throughline/store-sql";
import type { Scope } from "./scope.ts";

/** The operation of that id, if it was carried out. */
export function findOperation(scope: Scope, id: string): StoredOperation | undefined {
  const row = scope.connection.readRow(
    `SELECT fingerprint, position, session_key, first_seq, message_count, results FROM operations
    WHERE tenant = ? AND operation_id = ?`,
    scope.tenant,
    id,
  );
  if (row === undefined) return undefined;
  const [fingerprint, position, sessionKey, firstSeq, count, results] = row;
  return {
    fingerprint: fingerprint as string,
    position: position as number,
    results:
      sessionKey === null
        ? (JSON.parse(results as string) as WriteResult[])
        : readAppend(scope, sessionKey as number, firstSeq as number, count as number),
  };
}

/** The result of an append that wrote new messages only: their ids are with the messages. */
function readAppend(
  { connection }: Scope,
  sessionKey: number,
  firstSeq: number,
  count: number,
): readonly WriteResult[] {
  const session = connection.readRow(
    `SELECT session_id FROM session_rows WHERE session_key = ?`,
    sessionKey,
  )?.[0];
  const rows = connection.readRows(
    `SELECT message_id FROM message_rows WHERE session_key = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
    sessionKey,
    firstSeq,
    firstSeq + count - 1,
  );
  return resultsOfAppend({ session: session as string, firstSeq, ids: rows.map(([id]) => id as string) });
}

/** Keeps what a batch answered, if it has an operation id. */
export function keepOperation(
  scope: Scope,
  { operation, now }: CheckedBatch,
  position: number,
  results: readonly WriteResult[],
): void {
  if (operation === undefined) return;
  const append = appendedResult(results);
  const sessionKey = append === undefined ? undefined : scope.findSessionKey(append.session);
  const compact = append !== undefined && sessionKey !== undefined;
  scope.connection.run(
    `INSERT INTO operations
      (tenant, operation_id, at, fingerprint, position, session_key, first_seq, message_count, results)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    scope.tenant,
    operation.id,
    now,
    operation.fingerprint,
    position,
    compact ? sessionKey : null,
    compact ? append.firstSeq : null,
    compact ? append.ids.length : null,
    compact ? null : JSON.stringify(results),
  );
}
