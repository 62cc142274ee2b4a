import type { Problem } from "@throughline/core";
import { unpackChanges } from "@throughline/store-sql";
import { type SchemaDatabase, readNumber, readRows } from "./migrations/schema-database.ts";

/** Feed entries read at once. */
const PAGE = 5_000;
/** The most sessions that are told of. */
const FINDINGS = 100;

/** The positions of a session that the feed says were appended: one run, since what is pruned is the oldest. */
interface Appended {
  readonly first: number;
  last: number;
}

/**
 * The feed counts on without a gap from where it was pruned to, and tells of every message that is newer than that:
 * messages are kept in the order in which they were written, so none after the first that it tells of may be missing.
 */
export function checkFeed(database: SchemaDatabase): Problem[] {
  const floor = readNumber(database, "SELECT value FROM store_info WHERE name = 'feed_floor'");
  const gap = findGap(database, floor);
  // Where entries are missing, so are appends: one finding says it.
  return gap.length > 0 ? gap : checkAppends(database, floor);
}

function findGap(database: SchemaDatabase, floor: number): Problem[] {
  const last = readNumber(database, "SELECT max(position) FROM changes");
  const count = readNumber(database, "SELECT count(*) FROM changes WHERE position > ?", floor);
  if (last < floor) {
    return [
      problem(
        `The feed ends at ${last}, before ${floor}, where it was pruned to: positions would come again.`,
      ),
    ];
  }
  if (count === last - floor) return [];
  return [problem(`The feed should have ${last - floor} entries after position ${floor}; it has ${count}.`)];
}

function checkAppends(database: SchemaDatabase, floor: number): Problem[] {
  const reader = new AppendReader(database);
  let position = floor;
  for (let isMore = true; isMore;) {
    const page = readRows(
      database,
      `SELECT position, tenant, session_key, first_seq, message_count, entries FROM changes
      WHERE position > ? ORDER BY position LIMIT ${PAGE}`,
      position,
    );
    for (const row of page) reader.read(row);
    position = Number(page.at(-1)?.[0] ?? position);
    isMore = page.length === PAGE;
  }
  return [...reader.problems, ...findUntold(database, reader.appended, floor)].slice(0, FINDINGS);
}

/** Follows the feed's appends, and finds those that do not go on where the one before them ended. */
class AppendReader {
  readonly appended = new Map<number, Appended>();
  readonly problems: Problem[] = [];
  readonly #database: SchemaDatabase;
  /** The feed also tells of sessions that were erased since. */
  readonly #present: ReadonlySet<unknown>;

  constructor(database: SchemaDatabase) {
    this.#database = database;
    this.#present = new Set(readRows(database, "SELECT session_key FROM session_rows").map(([key]) => key));
  }

  read([position, tenant, sessionKey, firstSeq, count, entries]: readonly unknown[]): void {
    if (typeof sessionKey === "number" && this.#present.has(sessionKey))
      this.#append(Number(position), sessionKey, Number(firstSeq), Number(count));
    if (typeof entries !== "string") return;
    for (const { kind, change, key, count: added } of unpackChanges(entries)) {
      if (change !== "append" && !(kind === "sessions" && change === "remove")) continue;
      const known = this.#sessionKey(Number(tenant), String(key[0]));
      if (known === undefined) continue;
      // The session that is there now was made later, under the same id.
      if (change === "remove") this.appended.delete(known);
      else this.#append(Number(position), known, Number(key[1]), Number(added));
    }
  }

  #append(position: number, sessionKey: number, first: number, count: number): void {
    const known = this.appended.get(sessionKey);
    if (known === undefined) {
      this.appended.set(sessionKey, { first, last: first + count - 1 });
      return;
    }
    if (first !== known.last + 1) {
      const message = `Feed position ${position} tells of messages from ${first} on; the ones before it end at ${known.last}.`;
      this.problems.push(problem(message, sessionId(this.#database, sessionKey)));
    }
    known.last = first + count - 1;
  }

  #sessionKey(tenant: number, session: string): number | undefined {
    const sql = "SELECT session_key FROM session_rows WHERE session_id = ? AND tenant = ?";
    const [key] = readRows(this.#database, sql, session, tenant)[0] ?? [];
    return typeof key === "number" ? key : undefined;
  }
}

/** Sessions with messages that the feed should tell of, and does not. */
function findUntold(
  database: SchemaDatabase,
  appended: ReadonlyMap<number, Appended>,
  floor: number,
): Problem[] {
  const keyOf = (sessionKey: number, seq: number): number =>
    readNumber(
      database,
      "SELECT message_key FROM message_rows WHERE session_key = ? AND seq = ?",
      sessionKey,
      seq,
    );
  const told = [...appended]
    .map(([sessionKey, { first }]) => keyOf(sessionKey, first))
    .filter((key) => key > 0);
  const newest = floor === 0 ? 1 : told.reduce((least, key) => Math.min(least, key), Number.MAX_SAFE_INTEGER);
  const problems: Problem[] = [];
  const sessions = readRows(
    database,
    "SELECT session_key, min(seq), max(seq) FROM message_rows GROUP BY session_key",
  );
  for (const [key, firstSeq, lastSeq] of sessions) {
    const sessionKey = Number(key);
    const range = appended.get(sessionKey);
    // Without entries, the last message tells; with them, the one before the first of them.
    const untold = range === undefined ? Number(lastSeq) : range.first - 1;
    const isUntold = untold >= Number(firstSeq) && keyOf(sessionKey, untold) >= newest;
    if (!isUntold && (range === undefined || range.last === lastSeq)) continue;
    const seq = isUntold ? untold : (range?.last ?? 0) + 1;
    problems.push(
      problem(`The feed does not tell of the message at position ${seq}.`, sessionId(database, sessionKey)),
    );
  }
  return problems;
}

function sessionId(database: SchemaDatabase, sessionKey: number): string | undefined {
  const [id] =
    readRows(database, "SELECT session_id FROM session_rows WHERE session_key = ?", sessionKey)[0] ?? [];
  return typeof id === "string" ? id : undefined;
}

function problem(message: string, session?: string): Problem {
  return { problem: "incomplete_feed", message, ...(session === undefined ? undefined : { session }) };
}
