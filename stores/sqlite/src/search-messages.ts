/** Searching: hits of the full-text index, and a scan of the few messages that it does not hold yet. */
import type { CheckedSearch, SearchFilter, SearchHit, SearchResult } from "@throughline/core";
import { toFts5Query } from "@throughline/core";
import type { ChangedMessages } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import type { SqlValue } from "./driver.ts";
import { lastPosition } from "./feed.ts";
import { scanTail } from "./scan-tail.ts";
import { hasMovedUsers, sessionToken, tenantToken, userToken } from "./session-scope.ts";

/** A hit, with what the other order sorts by. */
export interface RankedHit extends SearchHit {
  readonly createdAt: number;
}

const columns = { words: "words", whole: "whole" };

/** Searches as of one position; inside a read transaction. `tail` is what changed after the index. */
export function searchMessages(
  connection: Connection,
  tenant: number,
  input: CheckedSearch,
  tail: ChangedMessages,
): SearchResult {
  const position = lastPosition(connection);
  const tokens = scopeTokens(connection, tenant, input.where);
  if (tokens === undefined) return { position, hits: [], more: false };
  const { order, skip, limit } = input;
  const scanned = scanTail(connection, input, tail);
  const match = toFts5Query(input.text, columns, { column: "scope", tokens });
  const indexed = readHits(connection, tenant, input, match, scanned.messageKeys);
  const hits = [...indexed, ...scanned.hits].toSorted((left, right) =>
    order === "recent" ? right.createdAt - left.createdAt : right.score - left.score,
  );
  const page = hits.slice(skip, skip + limit).map(({ session, seq, score }) => ({ session, seq, score }));
  return { position, hits: page, more: hits.length > skip + limit };
}

/** Tokens that every hit has; undefined where there can be no hit. */
function scopeTokens(connection: Connection, tenant: number, where: SearchFilter = {}): string[] | undefined {
  const { session, user } = where;
  const tokens: string[] = [];
  if (session !== undefined) {
    const key = connection.readRow(
      `SELECT session_key FROM session_rows WHERE session_id = ? AND tenant = ?`,
      session,
      tenant,
    )?.[0];
    if (key === undefined) return undefined;
    // A session's token implies its tenant's and its user's.
    return [sessionToken(key as number)];
  }
  if (user !== undefined && !hasMovedUsers(connection)) tokens.push(userToken(user));
  // Every message of a store with one tenant has that tenant's token: no need to look.
  if (connection.readNumber(`SELECT count(*) FROM (SELECT 1 FROM tenants LIMIT 2)`) > 1)
    tokens.push(tenantToken(tenant));
  return tokens;
}

function readHits(
  connection: Connection,
  tenant: number,
  { where = {}, order, skip, limit }: CheckedSearch,
  match: string,
  scanned: ReadonlySet<number>,
): RankedHit[] {
  const conditions = ["search_index MATCH ?", "f.rank MATCH 'bm25(1.0, 1.0, 0.0)'", "s.tenant = ?", ...shown];
  const values: SqlValue[] = [match, tenant];
  const add = (condition: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  add("s.session_id = ?", where.session);
  add("s.user_id = ?", where.user);
  add("s.project_id = ?", where.project);
  add("s.tool_id = ?", where.tool);
  add("m.role = ?", where.role);
  add("m.created_at >= ?", where.since);
  add("m.created_at < ?", where.until);
  // What was scanned has its verdict from the scan.
  if (scanned.size > 0) add("f.rowid NOT IN (SELECT value FROM json_each(?))", JSON.stringify([...scanned]));
  const sql = `SELECT s.session_id, m.seq, f.rank, m.created_at FROM search_index f
    CROSS JOIN message_rows m ON m.message_key = f.rowid
    CROSS JOIN session_rows s ON s.session_key = m.session_key
    WHERE ${conditions.join(" AND ")}
    ORDER BY ${order === "recent" ? "m.created_at DESC" : "f.rank"} LIMIT ?`;
  return connection.readRows(sql, ...values, skip + limit + 1).map(([session, seq, rank, createdAt]) => ({
    session: session as string,
    seq: seq as number,
    // FTS5's rank is better the lower it is.
    score: -(rank as number),
    createdAt: createdAt as number,
  }));
}

/** Neither deleted messages nor hidden sessions are found, whatever the index still holds. */
const shown = ["m.removed_at = 0", "s.hidden_at = 0"];
