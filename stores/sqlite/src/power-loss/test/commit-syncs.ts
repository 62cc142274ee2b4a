import type { Recording } from "./recording.ts";

/** Which syncs acknowledgements waited for, by their number among all syncs, from 1. */
export function commitSyncs({ records, acknowledged }: Recording): number[] {
  const numbers = new Set<number>();
  for (const { before } of acknowledged) {
    numbers.add(records.slice(0, before).filter(({ type }) => type.startsWith("sync")).length);
  }
  return [...numbers];
}
