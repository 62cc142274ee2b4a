import type { Connection } from "./connection.ts";
import { noteErasedWords } from "./scrub-index.ts";
import { hasSlices, removeSlices } from "./search-rows.ts";

/**
 * Takes a session's rows away with its log, and everything that the search index holds of it. Its number is never used
 * again; a row in `removed_sessions` keeps the meaning of feed entries that name it.
 */
export function eraseSession(
  connection: Connection,
  tenant: number,
  session: string,
  sessionKey: number,
): void {
  keepResults(connection, tenant, session, sessionKey);
  const messagesOfSession = `SELECT message_key FROM message_rows WHERE session_key = ?`;
  connection.run(`DELETE FROM search_index WHERE rowid IN (${messagesOfSession})`, sessionKey);
  if (hasSlices(connection)) {
    for (const [key] of connection.readRows(messagesOfSession, sessionKey))
      removeSlices(connection, Number(key), 0);
  }
  noteErasedWords(connection);
  for (const table of ["message_rows", "branches", "session_logs", "session_rows"]) {
    connection.run(`DELETE FROM ${table} WHERE session_key = ?`, sessionKey);
  }
  connection.run(
    `INSERT INTO removed_sessions (session_key, tenant, session_id) VALUES (?, ?, ?)`,
    sessionKey,
    tenant,
    session,
  );
}

/** Operations that appended to it answer their message ids from its messages: from now on by themselves. */
function keepResults(connection: Connection, tenant: number, session: string, sessionKey: number): void {
  connection.run(
    `UPDATE operations SET session_key = NULL, first_seq = NULL, message_count = NULL, results = (
      SELECT json_array(json_object('outcome', 'appended', 'session', ?, 'messages', json_group_array(
        json_object('id', message_id, 'seq', seq, 'revision', 1, 'outcome', 'inserted') ORDER BY seq)))
      FROM message_rows m WHERE m.session_key = operations.session_key
        AND m.seq BETWEEN operations.first_seq AND operations.first_seq + operations.message_count - 1)
    WHERE tenant = ? AND session_key = ?`,
    session,
    tenant,
    sessionKey,
  );
}
