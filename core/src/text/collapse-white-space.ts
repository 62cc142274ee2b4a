/** A stretch of a text with each run of white space as one space, and the way back to the text. */
export interface CollapsedText {
  readonly text: string;
  /** Where in the text the unit at `index` came from (of a run its beginning); for the length, the stretch's end. */
  offsetAt(index: number): number;
  /** The first index whose unit came from `offset` or after it. */
  indexOf(offset: number): number;
}

/** Collapses the white space of `text` between two offsets. */
export function collapseWhiteSpace(text: string, from: number, to: number): CollapsedText {
  const offsets: number[] = [];
  let collapsed = "";
  let isAfterSpace = false;
  for (let offset = from; offset < to; offset++) {
    const unit = text.charAt(offset);
    const isSpace = /\s/u.test(unit);
    if (!(isSpace && isAfterSpace)) {
      collapsed += isSpace ? " " : unit;
      offsets.push(offset);
    }
    isAfterSpace = isSpace;
  }
  return {
    text: collapsed,
    offsetAt: (index) => offsets[index] ?? to,
    indexOf(offset) {
      let low = 0;
      let high = offsets.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((offsets[middle] ?? to) < offset) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}
