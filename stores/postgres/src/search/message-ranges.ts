/** Messages of one session, in a row. */
export interface MessageRange {
  readonly session: string;
  readonly first: number;
  readonly last: number;
}

/** The same messages in as few ranges as possible; none is in two of them. */
export function mergeRanges(ranges: readonly MessageRange[]): MessageRange[] {
  const sorted = ranges.toSorted((left, right) =>
    left.session === right.session ? left.first - right.first : left.session < right.session ? -1 : 1,
  );
  const merged: MessageRange[] = [];
  for (const range of sorted) {
    const before = merged.at(-1);
    if (before?.session !== range.session || before.last < range.first - 1) merged.push(range);
    else merged[merged.length - 1] = { ...before, last: Math.max(before.last, range.last) };
  }
  return merged;
}

/** Parts of ranges with at most so many messages each. */
export function* splitRanges(ranges: readonly MessageRange[], most: number): Iterable<MessageRange[]> {
  let part: MessageRange[] = [];
  let count = 0;
  for (const { session, first, last } of ranges) {
    for (let from = first; from <= last;) {
      const to = Math.min(last, from + most - count - 1);
      part.push({ session, first: from, last: to });
      count += to - from + 1;
      from = to + 1;
      if (count < most) continue;
      yield part;
      part = [];
      count = 0;
    }
  }
  if (part.length > 0) yield part;
}
