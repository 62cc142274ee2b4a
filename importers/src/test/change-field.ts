/** Puts a value somewhere into the records, at a place chosen by a number. */
export function changeField(records: unknown[], pick: number, key: string | null, value: unknown): void {
  let target: unknown = records;
  for (let rest = pick; ; rest = Math.floor(rest / 3)) {
    if (typeof target !== "object" || target === null) return;
    const keys = Object.keys(target);
    const name = key !== null && rest % 2 === 1 ? key : keys[rest % Math.max(1, keys.length)];
    if (name === undefined) return;
    const inner: unknown = Object.getOwnPropertyDescriptor(target, name)?.value;
    if (rest % 4 !== 0 && typeof inner === "object" && inner !== null) {
      target = inner;
      continue;
    }
    // A copy: the same value at two places could come to hold itself.
    Object.defineProperty(target, name, {
      value: structuredClone(value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return;
  }
}
