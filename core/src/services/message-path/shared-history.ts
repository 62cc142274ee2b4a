/** The positions that a fork shares with its ancestors: written when it is made, and never changed. */
import { ThroughlineError } from "../../error.ts";
import type { PathRange } from "./known-path.ts";

/** Ranges that a history may have: each edit on the path of the parent makes one more. */
const historyRanges = 1_000;

/** Ranges in ascending order, as a session's record holds them. @throws ThroughlineError `too_large` */
export function writeHistory(ranges: readonly PathRange[]): string {
  if (ranges.length > historyRanges) {
    const message = `A fork can share a path of at most ${historyRanges} pieces; this one has ${ranges.length}.`;
    throw new ThroughlineError("too_large", message, {
      reason: "history",
      outcome: "refused",
      details: { limit: historyRanges, ranges: ranges.length },
    });
  }
  return ranges.length === 0
    ? ""
    : JSON.stringify(ranges.map(({ session, from, to }) => [session, from, to]));
}

/** The ranges of a session's record. */
export function readHistory(text: string): readonly PathRange[] {
  if (text === "") return [];
  const ranges = JSON.parse(text) as (readonly [string, number, number])[];
  return ranges.map(([session, from, to]) => ({ session, from, to }));
}

/** The shared range that holds a position. */
export function rangeHolding(history: readonly PathRange[], seq: number): PathRange | undefined {
  return history.find(({ from, to }) => from <= seq && seq <= to);
}

/** The sessions that a history is of, nearest first. */
export function sessionsOf(history: readonly PathRange[]): readonly string[] {
  return [...new Set(history.map(({ session }) => session).toReversed())];
}
