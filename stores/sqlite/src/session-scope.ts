/** The tokens of the search index that say which session and tenant a message is in, and whose it is. */
import { createHash } from "node:crypto";
import type { Fts5Columns } from "@throughline/core";
import type { Connection } from "./connection.ts";

/** The columns that hold text. The only other one holds the tokens below. */
export const textColumns: Fts5Columns = { words: "words", whole: "whole", others: /^[stu][0-9a-f]*$/u };

export function tenantToken(tenant: number): string {
  return `t${tenant}`;
}

export function sessionToken(sessionKey: number): string {
  return `s${sessionKey}`;
}

/** Users' names may hold anything, so their token is a hash. Hits are checked against the session's own row anyway. */
export function userToken(user: string): string {
  return `u${createHash("sha256").update(user).digest("hex").slice(0, 16)}`;
}

/** Set once a session has changed hands: its messages still have the token of the user before. */
const movedUsers = "moved_users";

/** Notes that user tokens can't be relied on any more, if this is another user than before. */
export function noteMovedUser(connection: Connection, sessionKey: number, user: string): void {
  const before = connection.readRow(
    `SELECT user_id FROM session_rows WHERE session_key = ?`,
    sessionKey,
  )?.[0];
  if (before === undefined || before === user) return;
  connection.run(`INSERT INTO store_info (name, value) VALUES (?, '1') ON CONFLICT DO NOTHING`, movedUsers);
}

export function hasMovedUsers(connection: Connection): boolean {
  return connection.readRow(`SELECT 1 FROM store_info WHERE name = ?`, movedUsers) !== undefined;
}
