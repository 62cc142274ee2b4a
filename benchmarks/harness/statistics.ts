/** The value below which a share of the sorted values lies; `share` is 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("A percentile needs at least one value");
  const sorted = values.toSorted((left, right) => left - right);
  const place = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[place] ?? Number.NaN;
}

/** The middle value; the mean of the two middle ones when their count is even. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("A median needs at least one value");
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The same values in random order, so that no contestant always follows the same other. */
export function shuffle<Value>(values: readonly Value[]): Value[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ value }) => value);
}
