/** Takes what is on a path out of the rows that queries answered. */
import type { Page } from "../../contract/read.ts";
import type { Row } from "../../model/kind.ts";
import type { KnownPath } from "./known-path.ts";
import type { PlannedQuery } from "./plan-queries.ts";

/** What a query answered: all messages of a session from one position to another. */
export interface Stretch {
  readonly session: string;
  readonly from: number;
  readonly to: number;
  /** In the direction of the read. */
  readonly rows: readonly Row[];
  /** The first row that was not looked at yet. */
  at: number;
}

/** A page may end early: then it holds all positions up to the place where it says that it goes on. */
export function stretchOf(
  { session, from, to }: PlannedQuery,
  { rows, next }: Page,
  isForward: boolean,
): Stretch {
  const end = next?.[1] as number | undefined;
  return isForward
    ? { session, from, to: end ?? to, rows, at: 0 }
    : { session, from: end ?? from, to, rows, at: 0 };
}

/** Where the collecting of rows stands. */
export interface Collected {
  readonly rows: Row[];
  /** All positions of the path up to this one (forward), or down to it, were looked at. */
  position: number;
}

/** What a walk over a path needs next: messages that no stretch holds, branches that nobody knows, or nothing. */
export type Missing = "messages" | { readonly unknownAt: number } | undefined;

/** Walks along the path, as long as stretches hold its messages, until there are `count` rows. */
export function collectRows(
  collected: Collected,
  path: KnownPath,
  stretches: readonly Stretch[],
  { isForward, count, tombstones }: { isForward: boolean; count: number; tombstones: boolean },
): Missing {
  const { rows } = collected;
  while (rows.length < count) {
    const range = path.next(collected.position, isForward);
    if (range === undefined || "unknownAt" in range) return range;
    const first = isForward ? range.from : range.to;
    const stretch = stretches.find(
      ({ session, from, to }) => session === range.session && from <= first && first <= to,
    );
    if (stretch === undefined) return "messages";
    const from = Math.max(range.from, stretch.from);
    const to = Math.min(range.to, stretch.to);
    for (; stretch.at < stretch.rows.length && rows.length < count; stretch.at += 1) {
      const row = stretch.rows[stretch.at] as Row;
      const seq = row.seq as number;
      if (isForward ? seq > to : seq < from) break;
      // Rows before the range lie in a gap that was read over.
      if (isForward ? seq < from : seq > to) continue;
      if (tombstones || row.removedAt === 0) rows.push(row);
    }
    collected.position = isForward ? to : from;
  }
  return undefined;
}
