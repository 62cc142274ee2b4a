/** A stretch of a text with each run of white space as one space, and the way back to the text. */
export interface CollapsedText {
  readonly text: string;
  /** Where in the text the unit at `index` came from (of a run its beginning); for the length, the stretch's end. */
  offsetAt(index: number): number;
  /** The first index whose unit came from `offset` or after it. */
  indexOf(offset: number): number;
}

const uneven = /[^\S ]| {2}/u;

/** Collapses the white space of `text` between two offsets. */
export function collapseWhiteSpace(text: string, from: number, to: number): CollapsedText {
  const stretch = text.slice(from, to);
  // Most texts have nothing to collapse, and looking is cheaper than replacing each space by a space.
  const collapsed = uneven.test(stretch) ? stretch.replaceAll(/\s+/gu, " ") : stretch;
  if (collapsed.length === stretch.length) {
    return {
      text: collapsed,
      offsetAt: (index) => Math.min(to, from + index),
      indexOf: (offset) => Math.max(0, Math.min(to, offset) - from),
    };
  }
  const offsets = findKeptOffsets(stretch);
  return {
    text: collapsed,
    offsetAt: (index) => from + (offsets[index] ?? stretch.length),
    indexOf: (offset) => findFirstFrom(offsets, offset - from),
  };
}

/** Where the units come from that stay: all but white space after white space. */
function findKeptOffsets(stretch: string): number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const run of stretch.matchAll(/\s\s+/gu)) {
    for (; offset <= run.index; offset++) offsets.push(offset);
    offset = run.index + run[0].length;
  }
  for (; offset < stretch.length; offset++) offsets.push(offset);
  return offsets;
}

/** The index of the first number, of ascending ones, that is not below `value`. */
function findFirstFrom(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
