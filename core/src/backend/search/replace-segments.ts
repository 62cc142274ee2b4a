import type { IndexContext } from "./index-context.ts";
import { type SegmentEntry, changeState, readState } from "./index-state.ts";
import { mergeSegments } from "./merge-segments.ts";
import { removeSegment } from "./remove-segment.ts";

/** Merges segments, and lists the new one in their place; false if another indexer did something else with them. */
export async function replaceSegments(
  context: IndexContext,
  segments: readonly SegmentEntry[],
): Promise<boolean> {
  const { store, version } = context;
  const merged = await mergeSegments(context, segments);
  const ids = new Set(segments.map(({ id }) => id));
  const staleBefore = sumOfStale(segments);
  for (;;) {
    const state = await readState(store, version);
    const replaced = state?.segments.filter(({ id }) => ids.has(id)) ?? [];
    if (state === undefined || replaced.length < segments.length) {
      if (merged !== undefined) await removeSegment(store, merged.id);
      return false;
    }
    // What was removed while it was written may be in it.
    const stale = sumOfStale(replaced) - staleBefore;
    const entry = merged && { ...merged, stale, staleSince: stale > 0 ? store.now || 1 : 0 };
    const others = state.segments.filter(({ id }) => !ids.has(id));
    const next = { ...state, segments: entry === undefined ? others : [...others, entry] };
    if ((await changeState(store, version, state, next)) === undefined) continue;
    for (const id of ids) await removeSegment(store, id);
    return true;
  }
}

function sumOfStale(segments: readonly SegmentEntry[]): number {
  return segments.reduce((sum, { stale }) => sum + stale, 0);
}
