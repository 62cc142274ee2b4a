/** Hits of the full-text index, over all sessions. */
import type { CheckedSearch } from "@throughline/core";
import { toFts5Query } from "@throughline/core";
import type { Connection } from "./connection.ts";
import type { SqlRow, SqlValue } from "./driver.ts";
import type { RankedHit } from "./rank-matches.ts";
import { hasSlices } from "./search-rows.ts";
import { searchSlices } from "./search-slices.ts";
import { textColumns } from "./session-scope.ts";

const ranked = "search_index MATCH ? AND f.rank MATCH 'bm25(1.0, 1.0, 0.0)'";
/**
 * What puts the best first. The plus keeps the index from sorting by itself: it would rank all that match, twice over, and
 * sort all of them, also those that other conditions leave out. Of equals, the oldest is first.
 */
const bestFirst = "+f.rank, f.rowid";
/** Messages that have one row. */
const whole = "f.rowid > 0";
const joined = `CROSS JOIN message_rows m ON m.message_key = f.rowid
  CROSS JOIN session_rows s ON s.session_key = m.session_key`;
/** Neither deleted messages nor hidden sessions are found, whatever the index still holds. */
const shown = "m.removed_at = 0 AND s.hidden_at = 0";
/** How many more of the best are looked at each time that too many of them were not shown. */
const GROWTH = 8;

/**
 * Up to one more than is asked for, and hits among large messages. `tokens` are in the index of every hit, `scanned` are
 * left out.
 */
export function searchIndex(
  connection: Connection,
  tenant: number,
  input: CheckedSearch,
  tokens: readonly string[],
  scanned: ReadonlySet<number>,
): RankedHit[] {
  if (!hasSlices(connection)) return searchWhole(connection, tenant, input, tokens, scanned);
  return [
    ...searchWhole(connection, tenant, input, tokens, scanned),
    ...searchSliced(connection, tenant, input, tokens, scanned),
  ];
}

function searchSliced(
  connection: Connection,
  tenant: number,
  { text, where = {}, order }: CheckedSearch,
  tokens: readonly string[],
  scanned: ReadonlySet<number>,
): RankedHit[] {
  const isRanked = order === "rank";
  const scores = searchSlices(connection, { text, tokens, scanned, isRanked });
  if (scores.size === 0) return [];
  const { conditions, values } = conditionsOf(tenant, where, new Set());
  const rows = connection.readRows(
    `SELECT s.session_id, m.seq, 0, m.created_at, m.message_key FROM json_each(?) k
    CROSS JOIN message_rows m ON m.message_key = k.value
    CROSS JOIN session_rows s ON s.session_key = m.session_key WHERE ${conditions}`,
    JSON.stringify([...scores.keys()]),
    ...values,
  );
  return rows.map((row) => ({ ...toHit(row), score: scores.get(row[4] as number) ?? 0 }));
}

function searchWhole(
  connection: Connection,
  tenant: number,
  input: CheckedSearch,
  tokens: readonly string[],
  scanned: ReadonlySet<number>,
): RankedHit[] {
  const match = toFts5Query(input.text, textColumns, { column: "scope", tokens });
  const wanted = input.skip + input.limit + 1;
  const { where = {}, order } = input;
  const { conditions, values } = conditionsOf(tenant, where, scanned);
  const isNarrowed = Object.entries(where).some(([name, value]) => name !== "user" && value !== undefined);
  if (order === "rank" && !isNarrowed) return findBest(connection, match, conditions, values, wanted);
  const sql = `SELECT s.session_id, m.seq, f.rank, m.created_at FROM search_index f ${joined}
    WHERE ${ranked} AND ${whole} AND ${conditions}
    ORDER BY ${order === "recent" ? "m.created_at DESC" : bestFirst} LIMIT ?`;
  return connection.readRows(sql, match, ...values, wanted).map(toHit);
}

/**
 * Nearly everything that matches is shown: so the best are chosen by the index alone, and their messages looked up
 * afterwards, instead of the messages of all that match.
 */
function findBest(
  connection: Connection,
  match: string,
  conditions: string,
  values: readonly SqlValue[],
  wanted: number,
): RankedHit[] {
  const sql = `SELECT s.session_id, m.seq, f.rank, m.created_at, ${conditions} AS shown
    FROM (SELECT f.rowid, f.rank FROM search_index f WHERE ${ranked} AND ${whole} ORDER BY ${bestFirst} LIMIT ?) f
    LEFT JOIN message_rows m ON m.message_key = f.rowid
    LEFT JOIN session_rows s ON s.session_key = m.session_key
    ORDER BY f.rank, f.rowid`;
  for (let size = wanted + 10; ; size *= GROWTH) {
    const rows = connection.readRows(sql, ...values, match, size);
    const hits = rows.filter(([, , , , isShown]) => isShown === 1);
    if (hits.length >= wanted || rows.length < size) return hits.slice(0, wanted).map(toHit);
  }
}

function toHit([session, seq, rank, createdAt]: SqlRow): RankedHit {
  return {
    session: session as string,
    seq: seq as number,
    // FTS5's rank is better the lower it is.
    score: -(rank as number),
    createdAt: createdAt as number,
  };
}

function conditionsOf(
  tenant: number,
  where: NonNullable<CheckedSearch["where"]>,
  scanned: ReadonlySet<number>,
): { readonly conditions: string; readonly values: readonly SqlValue[] } {
  const conditions = ["s.tenant = ?", shown];
  const values: SqlValue[] = [tenant];
  const add = (condition: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  add("s.user_id = ?", where.user);
  add("s.project_id = ?", where.project);
  add("s.tool_id = ?", where.tool);
  add("m.role = ?", where.role);
  add("m.created_at >= ?", where.since);
  add("m.created_at < ?", where.until);
  // What was scanned has its verdict from the scan.
  if (scanned.size > 0) add("f.rowid NOT IN (SELECT value FROM json_each(?))", JSON.stringify([...scanned]));
  return { conditions: conditions.join(" AND "), values };
}
