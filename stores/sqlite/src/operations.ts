/** Operation ids: what a batch answered, so that its repetition answers the same. */
import type { AppendedMessage, CheckedBatch, StoredOperation, WriteResult } from "@throughline/core";
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
        : [readAppend(scope, sessionKey as number, firstSeq as number, count as number)],
  };
}

/** The result of an append that wrote new messages only: their ids are with the messages. */
function readAppend({ connection }: Scope, sessionKey: number, firstSeq: number, count: number): WriteResult {
  const session = connection.readRow(
    `SELECT session_id FROM session_rows WHERE session_key = ?`,
    sessionKey,
  )?.[0];
  const rows = connection.readRows(
    `SELECT message_id, seq FROM message_rows WHERE session_key = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
    sessionKey,
    firstSeq,
    firstSeq + count - 1,
  );
  const messages = rows.map(([id, seq]): AppendedMessage => ({
    id: id as string,
    seq: seq as number,
    revision: 1,
    outcome: "inserted",
  }));
  return { outcome: "appended", session: session as string, messages };
}

/** Keeps what a batch answered, if it has an operation id. */
export function keepOperation(
  scope: Scope,
  { operation, now }: CheckedBatch,
  position: number,
  results: readonly WriteResult[],
): void {
  if (operation === undefined) return;
  const append = plainAppend(results);
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
    compact ? append.count : null,
    compact ? null : JSON.stringify(results),
  );
}

function plainAppend(
  results: readonly WriteResult[],
): { session: string; firstSeq: number; count: number } | undefined {
  const [result] = results;
  if (results.length !== 1 || result?.outcome !== "appended") return undefined;
  const firstSeq = result.messages[0]?.seq ?? 0;
  const isPlain = result.messages.every(
    ({ outcome, seq }, index) => outcome === "inserted" && seq === firstSeq + index,
  );
  return isPlain ? { session: result.session, firstSeq, count: result.messages.length } : undefined;
}
