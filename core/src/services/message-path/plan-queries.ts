/** Which messages to read next: few queries, and few rows that nobody asked for. */
import type { Query } from "../../contract/read.ts";
import type { KnownPath } from "./known-path.ts";

/** Rows that a query may have. */
export const pageRows = 1_000;
/** Queries of one read. */
const queriesPerRead = 64;
/**
 * Positions beside the path that are read over and dropped rather than left out by a query more: so many rows cost about
 * what a query costs.
 */
const shortGap = 24;

/** One query for messages of one session. */
export interface PlannedQuery {
  readonly session: string;
  from: number;
  to: number;
  limit: number;
}

export interface Plan {
  readonly queries: readonly PlannedQuery[];
  /** How many of the positions asked for none of them gives. */
  readonly missing: number;
}

/** The queries that give the next `count` positions of a path; fewer where that is too much for one read. */
export function planQueries(path: KnownPath, position: number, isForward: boolean, count: number): Plan {
  const queries: PlannedQuery[] = [];
  let at = position;
  let missing = count;
  while (missing > 0) {
    const range = path.next(at, isForward);
    if (range === undefined || "unknownAt" in range) break;
    const { session, from, to } = range;
    const wanted = Math.min(to - from + 1, missing);
    const before = queries.at(-1);
    const gap = isForward ? from - (before?.to ?? 0) - 1 : (before?.from ?? 0) - to - 1;
    const isNear = before?.session === session && gap <= shortGap;
    if (before !== undefined && isNear && before.limit + gap + wanted <= pageRows) {
      before.from = Math.min(before.from, from);
      before.to = Math.max(before.to, to);
      before.limit += gap + wanted;
    } else {
      if (queries.length === queriesPerRead) break;
      queries.push({ session, from, to, limit: Math.min(wanted, pageRows) });
      // The rest of a range that is longer than a query may be is for the next read.
      if (wanted > pageRows) break;
    }
    missing -= wanted;
    at = isForward ? to : from;
  }
  return { queries, missing };
}

/** Makes a query that reaches the end of the log as it was known go beyond it: what was appended since comes with it. */
export function openEnd({ queries, missing }: Plan, last: number, isForward: boolean): void {
  const top = isForward ? queries.at(-1) : queries[0];
  if (top?.to !== last) return;
  top.to = Number.MAX_SAFE_INTEGER;
  if (isForward) top.limit = Math.min(top.limit + missing, pageRows);
}

/** As the store is asked. `hidden`: the session was deleted, and is read through a fork that lives. */
export function messageQuery(
  { session, from, to, limit }: PlannedQuery,
  isForward: boolean,
  select: "plain" | "all",
  hidden: boolean,
): Query {
  return {
    type: "query",
    kind: "messages",
    shape: "key",
    prefix: [session],
    range: { from, to },
    direction: isForward ? "forward" : "backward",
    limit,
    select,
    ...(hidden ? { hidden } : undefined),
  };
}
