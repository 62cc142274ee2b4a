/** What a disk kept of that which nobody had made it keep. */
import { type Random, pick } from "../../test/make-random.ts";

/** Writes reach a disk whole or not, by sectors of so many bytes. */
export const SECTOR = 512;

/** How a disk fails in one image. */
export interface Kept {
  /** Whether a change to a folder, or of a file's size, reached the disk. `at` is the record that made it. */
  change(at: number): boolean;
  /** Whether one sector of a write did. */
  sector(at: number): boolean;
  /** What stands where a file has grown and the data did not arrive; undefined: it has not grown. */
  readonly hole: "zeros" | "garbage" | undefined;
  readonly random: Random;
}

/**
 * Chooses how a disk fails: it kept nothing, everything, all up to some record (whose write is torn), or any sectors in
 * any order. `oldest` and `cut` are the first and the last record that may be lost.
 */
export function chooseKept(random: Random, oldest: number, cut: number): Kept {
  const holes = ["zeros", "garbage", undefined] as const;
  const hole = holes[pick(random, 0, 2)];
  const style = random();
  if (style < 0.15) return { change: () => false, sector: () => false, hole, random };
  if (style < 0.25) return { change: () => true, sector: () => true, hole, random };
  if (style < 0.5) {
    const last = pick(random, oldest, cut);
    return {
      change: (at) => at < last,
      sector: (at) => at < last || (at === last && random() < 0.5),
      hole,
      random,
    };
  }
  // Either whole records are lost, or sectors of them, or both.
  const share = random();
  const torn = random() < 0.5;
  const records = new Map<number, boolean>();
  const record = (at: number): boolean => {
    const known = records.get(at) ?? random() < share;
    records.set(at, known);
    return known;
  };
  return {
    change: record,
    sector: torn ? (at) => record(at) || random() < share : record,
    hole,
    random,
  };
}
