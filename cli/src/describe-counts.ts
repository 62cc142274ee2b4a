/** How many records of each kind, for people: a line each. */
export function describeCounts(counts: Readonly<Record<string, number>>, bytes: number): readonly string[] {
  const lines = Object.entries(counts).map(([kind, count]) => `  ${kind.replaceAll("_", " ")}: ${count}`);
  return bytes > 0 ? [...lines, `  bytes of large values: ${bytes}`] : lines;
}
