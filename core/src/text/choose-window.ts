import type { Occurrence } from "./find-occurrences.ts";

/** A stretch of a text, in UTF-16 units. */
export interface TextWindow {
  readonly start: number;
  readonly end: number;
}

/**
 * The window, at most `length` long, in which the most different clauses occur; of several the one with the most
 * occurrences, then the first. An occurrence longer than `length` counts by its beginning. Undefined without any.
 */
export function chooseWindow(occurrences: readonly Occurrence[], length: number): TextWindow | undefined {
  const fitting = occurrences.map((each) => ({ ...each, end: Math.min(each.end, each.start + length) }));
  const byStart = fitting.toSorted((a, b) => a.start - b.start);
  const byEnd = fitting.toSorted((a, b) => a.end - b.end);
  const counts = new Map<number, number>();
  let best: TextWindow | undefined;
  let bestClauses = 0;
  let bestTotal = 0;
  let added = 0;
  for (const [removed, { start, clause }] of byStart.entries()) {
    // What ends inside the window comes in; what began before it went out, one by one, at the end of earlier rounds.
    let next = byEnd[added];
    for (; next !== undefined && next.end <= start + length; next = byEnd[++added]) {
      counts.set(next.clause, (counts.get(next.clause) ?? 0) + 1);
    }
    const total = added - removed;
    if (counts.size > bestClauses || (counts.size === bestClauses && total > bestTotal)) {
      best = { start, end: byEnd[added - 1]?.end ?? start };
      bestClauses = counts.size;
      bestTotal = total;
    }
    const left = (counts.get(clause) ?? 0) - 1;
    if (left > 0) counts.set(clause, left);
    else counts.delete(clause);
  }
  return best;
}
