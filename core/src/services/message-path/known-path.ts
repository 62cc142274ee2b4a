import type { KnownBranches } from "./known-branches.ts";

/** Positions of one session from one to another, both included. */
export interface PathRange {
  readonly session: string;
  readonly from: number;
  readonly to: number;
}

/** What tells the paths of a session: its branches, and what it shares with its ancestors. */
export interface PathSource {
  readonly session: string;
  /** The session's own positions come after this one. */
  readonly forkedAt: number;
  /** The positions that a fork shares, in ascending order. */
  readonly history: readonly PathRange[];
  readonly branches: KnownBranches;
}

/** The path can't be followed on: the branches at and below this position are not known. */
export interface Unknown {
  readonly unknownAt: number;
}

/**
 * The positions of the path that ends at one position, as ranges: found from the few places where branches begin,
 * without walking from message to message, from the end down and only as far as somebody asks.
 */
export class KnownPath {
  readonly end: number;
  readonly #source: PathSource;
  /** From the end down. */
  readonly #ranges: PathRange[] = [];
  /** The position that the path goes on at below the ranges; 0: they are the whole path. */
  #below: number;

  constructor(source: PathSource, end: number) {
    this.#source = source;
    this.end = end;
    this.#below = end;
  }

  /** How many ranges are known. */
  get size(): number {
    return this.#ranges.length;
  }

  /** The whole path in ascending order, or what is missing to know it. */
  whole(): readonly PathRange[] | Unknown {
    const unknownAt = this.#followTo(0);
    return unknownAt === undefined ? this.#ranges.toReversed() : { unknownAt };
  }

  /** The part of the path after a position (forward), or before it, that is nearest; undefined: there is none. */
  next(position: number, isForward: boolean): PathRange | Unknown | undefined {
    const unknownAt = this.#followTo(isForward ? position + 1 : position - 1);
    if (unknownAt !== undefined) return { unknownAt };
    // Ranges before the index lie above the position, at least in part.
    const index = this.#countWhere((range) => (isForward ? range.to > position : range.from >= position));
    const range = this.#ranges[isForward ? index - 1 : index];
    if (range === undefined) return undefined;
    return isForward
      ? { ...range, from: Math.max(range.from, position + 1) }
      : { ...range, to: Math.min(range.to, position - 1) };
  }

  /** Whether the path has positions before this one, which is on it, in a part that was read. */
  hasBefore(position: number): boolean {
    return this.#below > 0 || (this.#ranges.at(-1)?.from ?? position) < position;
  }

  /** Follows the path down until a range begins at a position or below it; answers where that is not possible. */
  #followTo(position: number): number | undefined {
    while (this.#below > 0 && (this.#ranges.at(-1)?.from ?? Infinity) > position) {
      const unknownAt = this.#follow();
      if (unknownAt !== undefined) return unknownAt;
    }
    return undefined;
  }

  /** Adds the next range. */
  #follow(): number | undefined {
    const { session, forkedAt, history, branches } = this.#source;
    const to = this.#below;
    if (to <= forkedAt) {
      for (const range of history.toReversed()) {
        if (range.from <= to) this.#ranges.push({ ...range, to: Math.min(range.to, to) });
      }
      this.#below = 0;
      return undefined;
    }
    const branch = branches.lastAt(to);
    if (typeof branch === "number" && branch > forkedAt) return branch;
    const begins = typeof branch === "object" ? branch : { seq: forkedAt + 1, parentSeq: forkedAt };
    this.#ranges.push({ session, from: begins.seq, to });
    this.#below = begins.parentSeq;
    return undefined;
  }

  /** How many ranges from the end down pass a test that all before them pass, too. */
  #countWhere(test: (range: PathRange) => boolean): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (test(this.#ranges[middle] as PathRange)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
