import type { SearchSettings } from "./index-context.ts";
import type { SegmentEntry } from "./index-state.ts";

/** Segments up to this size are of one size. */
const SMALLEST = 64 * 1024;

/**
 * Chooses segments to become one: `fanOut` of about one size, the smallest first. So a message is written again only as
 * often as its segment grows by that factor, and there are few segments of each size. Undefined: there is nothing to do.
 */
export function chooseMerge(
  segments: readonly SegmentEntry[],
  { fanOut, segmentBytes }: Pick<SearchSettings, "fanOut" | "segmentBytes">,
): SegmentEntry[] | undefined {
  const levels = new Map<number, SegmentEntry[]>();
  for (const segment of segments) {
    // A full segment stays as it is.
    if (segment.bytes > segmentBytes / fanOut) continue;
    const level = Math.max(0, Math.ceil(Math.log(segment.bytes / SMALLEST) / Math.log(fanOut)));
    const others = levels.get(level);
    if (others === undefined) levels.set(level, [segment]);
    else others.push(segment);
  }
  const full = [...levels].filter(([, level]) => level.length >= fanOut);
  return full.toSorted(([left], [right]) => left - right)[0]?.[1].slice(0, fanOut);
}
