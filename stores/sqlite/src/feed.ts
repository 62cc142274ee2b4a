/** The change feed in the table `changes`. */
import type { FeedEntry, Resolution } from "@throughline/core";
import { onlyAppend, packChanges, readEntry } from "@throughline/store-sql";
import type { Connection } from "./connection.ts";
import type { Scope } from "./scope.ts";

/** The position of the last commit that changed something; positions begin at 1. */
export function lastPosition(connection: Connection): number {
  return connection.readNumber(`SELECT max(position) FROM changes`);
}

const insertEntry = `INSERT INTO changes (tenant, at, user_id, session_key, first_seq, message_count, entries)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

/** What most batches change: messages were added to one session. */
export interface AppendEntry {
  readonly sessionKey: number;
  readonly user: string;
  readonly firstSeq: number;
  readonly count: number;
}

/** Adds the entry of a plain append and answers its position. */
export function addAppendEntry(
  scope: Scope,
  { sessionKey, user, firstSeq, count }: AppendEntry,
  now: number,
): number {
  const statement = scope.connection.prepare(insertEntry);
  return Number(statement.run(scope.tenant, now, user, sessionKey, firstSeq, count, null).lastInsertRowid);
}

/** Adds an entry and answers its position. The newest row is never deleted, so SQLite never gives one out twice. */
export function addFeedEntry(scope: Scope, { changes, user }: Resolution, now: number): number {
  const append = onlyAppend(changes);
  const sessionKey = append === undefined ? undefined : scope.findSessionKey(append.session);
  if (append !== undefined && sessionKey !== undefined) {
    return addAppendEntry(
      scope,
      { sessionKey, user, firstSeq: append.key[1] as number, count: append.count ?? 0 },
      now,
    );
  }
  const statement = scope.connection.prepare(insertEntry);
  const { lastInsertRowid } = statement.run(scope.tenant, now, user, null, null, null, packChanges(changes));
  return Number(lastInsertRowid);
}

/** A page of a tenant's entries after a position, in order. */
export function readFeed(scope: Scope, after: number, limit: number): FeedEntry[] {
  const rows = scope.connection.readRows(
    `SELECT c.position, c.at, c.user_id, c.first_seq, c.message_count, c.entries,
      coalesce(s.session_id, r.session_id)
    FROM changes c
    LEFT JOIN session_rows s ON s.session_key = c.session_key
    LEFT JOIN removed_sessions r ON r.session_key = c.session_key
    WHERE c.position > ? AND c.tenant = ? ORDER BY c.position LIMIT ?`,
    after,
    scope.tenant,
    limit,
  );
  return rows.map(readEntry);
}
