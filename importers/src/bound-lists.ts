/** Halves the largest of some lists, oldest entries first, until their JSON has at most so many bytes together. */
export function boundLists(lists: readonly unknown[][], mostBytes: number): void {
  const sizes = lists.map(jsonBytes);
  while (sizes.reduce((sum, size) => sum + size, 0) > mostBytes) {
    const largest = sizes.indexOf(Math.max(...sizes));
    const list = lists[largest] ?? [];
    if (list.length === 0) return;
    list.splice(0, Math.ceil(list.length / 2));
    sizes[largest] = jsonBytes(list);
  }
}

function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
