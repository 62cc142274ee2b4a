/** Texts that are sorted in one go: a few milliseconds of work. */
const atOnce = 8_192;

/** Texts in the order of their UTF-16 units, as `toSorted()` gives them; while many are sorted, others have their turns. */
export async function sortInTurns(
  texts: readonly string[],
  rest: () => Promise<unknown>,
): Promise<readonly string[]> {
  let runs: (readonly string[])[] = [];
  for (let start = 0; start < texts.length; start += atOnce) {
    runs.push(texts.slice(start, start + atOnce).toSorted());
    await rest();
  }
  while (runs.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(await merge(runs[index] ?? [], runs[index + 1] ?? [], rest));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge(
  left: readonly string[],
  right: readonly string[],
  rest: () => Promise<unknown>,
): Promise<readonly string[]> {
  if (right.length === 0) return left;
  const merged: string[] = [];
  let nextLeft = 0;
  let nextRight = 0;
  while (nextLeft < left.length || nextRight < right.length) {
    const one = left[nextLeft];
    const other = right[nextRight];
    if (other === undefined || (one !== undefined && one <= other)) {
      merged.push(one as string);
      nextLeft += 1;
    } else {
      merged.push(other);
      nextRight += 1;
    }
    if (merged.length % atOnce === 0) await rest();
  }
  return merged;
}
