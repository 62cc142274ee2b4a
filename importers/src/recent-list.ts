/** Adds to a list of the most recent keys, moving a key that is there to the end and letting the oldest go. */
export function remember<Entry extends readonly [key: string, value: string]>(
  list: Entry[],
  entry: Entry,
  limit: number,
): void {
  forget(list, entry[0]);
  list.push(entry);
  if (list.length > limit) list.shift();
}

/** What is remembered under a key. */
export function recall(
  list: readonly (readonly [key: string, value: string])[],
  key: string,
): string | undefined {
  return list.findLast(([name]) => name === key)?.[1];
}

export function forget(list: (readonly [key: string, value: string])[], key: string): void {
  const at = list.findLastIndex(([name]) => name === key);
  if (at !== -1) list.splice(at, 1);
}
