/**
 * Hits inside one session. The index finds them, but does not rank them: it would count every message of the store that
 * has a word. The newest of them are read and scored here; those before them follow, the newest first.
 */
import type { CheckedSearch } from "@throughline/core";
import { SEARCH_LIMIT, compileTextQuery, textOfMessage, toFts5Query } from "@throughline/core";
import type { Connection } from "./connection.ts";
import type { SqlValue } from "./driver.ts";
import { type Match, type RankedHit, rankMatches } from "./rank-matches.ts";
import { searchSlices } from "./search-slices.ts";
import { sessionToken, textColumns } from "./session-scope.ts";

/** The most messages that are read to score them, and UTF-16 units of their content. */
const RANKED = 200;
const RANKED_CHARACTERS = 64 * 1024;
/** Texts of the store that have a word, counted to tell rare words from common ones. */
const COMMON = 1_000;

interface Found {
  readonly messageKey: number;
  readonly seq: number;
  readonly createdAt: number;
}

/** Hits in the order that is asked for, `matches` (of a scan) among them; `scanned` are left out of the index's. */
export function searchSession(
  connection: Connection,
  tenant: number,
  session: string,
  input: CheckedSearch,
  matches: readonly Match[],
  scanned: ReadonlySet<number>,
): RankedHit[] {
  const row = connection.readRow(
    `SELECT session_key, user_id, project_id, tool_id FROM session_rows
    WHERE session_id = ? AND tenant = ? AND hidden_at = 0`,
    session,
    tenant,
  );
  if (row === undefined) return [];
  const { user = row[1], project = row[2], tool = row[3] } = input.where ?? {};
  if (user !== row[1] || project !== row[2] || tool !== row[3]) return [];
  const found = findMatches(connection, row[0] as number, input, scanned);
  const read = readMatches(connection, session, input, found);
  const all = [...matches, ...read];
  // Which of several words is rare decides only between several messages.
  const common = all.length > 1 && input.text.required.length > 1 ? COMMON : 0;
  const best = rankMatches(connection, input.text.required, all, common);
  const lowest = Math.min(1, ...best.map(({ score }) => score));
  const rest = found.slice(read.length).map(({ seq, createdAt }, index) => ({
    session,
    seq,
    createdAt,
    score: lowest / (index + 2),
  }));
  return [...best, ...rest];
}

/** What the index finds in the session: all of it that can be asked for, the newest first. */
function findMatches(
  connection: Connection,
  sessionKey: number,
  input: CheckedSearch,
  scanned: ReadonlySet<number>,
): Found[] {
  const { text, where, order } = input;
  const tokens = [sessionToken(sessionKey)];
  const sliced = [...searchSlices(connection, { text, tokens, scanned, isRanked: false }).keys()];
  const whole: Source = {
    from: "search_index f CROSS JOIN message_rows m ON m.message_key = f.rowid",
    condition: "search_index MATCH ?",
    value: toFts5Query(text, textColumns, { column: "scope", tokens }),
  };
  const read = (source: Source, tail: string): Found[] =>
    readFound(connection, sessionKey, where, scanned, source, tail);
  // The index is read forward several times faster than backward. Nearly always that is all of it.
  let found = read(whole, `LIMIT ${SEARCH_LIMIT + 2}`);
  const newest = order === "recent" ? "m.created_at" : "m.message_key";
  if (found.length > SEARCH_LIMIT + 1) {
    found = read(whole, `ORDER BY ${newest} DESC LIMIT ${SEARCH_LIMIT + 1}`).toReversed();
  }
  if (sliced.length > 0) {
    const condition = "m.message_key IN (SELECT value FROM json_each(?))";
    found.push(...read({ from: "message_rows m", condition, value: JSON.stringify(sliced) }, ""));
    found.sort((left, right) => left.messageKey - right.messageKey);
  }
  if (order !== "recent") return found.toReversed();
  return found.toSorted((left, right) => right.createdAt - left.createdAt);
}

/** Where messages are found. */
interface Source {
  readonly from: string;
  readonly condition: string;
  readonly value: string;
}

function readFound(
  connection: Connection,
  sessionKey: number,
  where: CheckedSearch["where"],
  scanned: ReadonlySet<number>,
  { from, condition, value: found }: Source,
  tail: string,
): Found[] {
  const conditions = [condition, "m.session_key = ?", "m.removed_at = 0"];
  const values: SqlValue[] = [found, sessionKey];
  const add = (added: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    conditions.push(added);
    values.push(value);
  };
  add("m.role = ?", where?.role);
  add("m.created_at >= ?", where?.since);
  add("m.created_at < ?", where?.until);
  // What was scanned has its verdict from the scan.
  if (scanned.size > 0)
    add("m.message_key NOT IN (SELECT value FROM json_each(?))", JSON.stringify([...scanned]));
  const rows = connection.readRows(
    `SELECT m.message_key, m.seq, m.created_at FROM ${from} WHERE ${conditions.join(" AND ")} ${tail}`,
    ...values,
  );
  return rows.map(([messageKey, seq, createdAt]) => ({
    messageKey: messageKey as number,
    seq: seq as number,
    createdAt: createdAt as number,
  }));
}

/** Reads the first of them, until one is long or all together are. */
function readMatches(
  connection: Connection,
  session: string,
  { text, order, skip, limit }: CheckedSearch,
  found: readonly Found[],
): Match[] {
  const matcher = compileTextQuery(text);
  const matches: Match[] = [];
  let characters = 0;
  // Where scores order nothing, only those of the page are told.
  const most = order === "recent" ? Math.min(RANKED, skip + limit) : RANKED;
  for (const { messageKey, seq, createdAt } of found.slice(0, most)) {
    const [content, contentFormat] = connection.readRow(
      `SELECT content, content_format FROM message_rows WHERE message_key = ?`,
      messageKey,
    ) as readonly [string, string];
    characters += content.length;
    if (characters > RANKED_CHARACTERS) break;
    // What lies apart is not fetched for a score.
    const read = textOfMessage({ content, contentFormat }, () => []);
    const { matched, frequency, length } = matcher.matchText(read);
    const once = matched ? frequency : text.required.map(() => 1);
    matches.push({ session, seq, createdAt, frequency: once, length: Math.max(length, 1) });
  }
  return matches;
}
