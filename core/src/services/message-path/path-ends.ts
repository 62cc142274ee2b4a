import type { KnownLog } from "./known-log.ts";
import type { Unknown } from "./known-path.ts";

/** A stretch of positions that follow one another, and whose last one nothing follows. */
export interface PathEnd {
  readonly end: number;
  /** Where the stretch begins. */
  readonly first: number;
  /** The position that its first one follows; 0: none. */
  readonly parent: number;
  /** The last position of the stretch that something beside it follows, too; 0: none. What comes after is this path's alone. */
  readonly shared: number;
}

/**
 * The ends of all paths of a log, from the last one down: found from where branches begin. A branch leaves a position
 * that was there before, so that all that follows a position is met before it.
 */
export class PathEnds {
  readonly #log: KnownLog;
  readonly #followed = new Set<number>();
  #to: number;

  constructor(log: KnownLog) {
    this.#log = log;
    this.#to = log.last;
  }

  /** The next end, what is missing to find it, or undefined: there are no more. */
  next(): PathEnd | Unknown | undefined {
    while (this.#to > 0) {
      const stretch = this.#stretchTo(this.#to);
      if ("unknownAt" in stretch) return stretch;
      const { end, first, parent } = stretch;
      const isEnd = !this.#followed.has(end);
      const shared = isEnd ? this.#lastFollowed(first, end) : 0;
      this.#followed.add(parent);
      this.#to = first - 1;
      if (isEnd) return { end, first, parent, shared };
    }
    return undefined;
  }

  #stretchTo(end: number): { end: number; first: number; parent: number } | Unknown {
    const { forkedAt, branches } = this.#log;
    // What a fork shares is one path, whatever pieces it has.
    if (end <= forkedAt) return { end, first: 1, parent: 0 };
    const branch = branches.lastAt(end);
    if (typeof branch === "number" && branch > forkedAt) return { unknownAt: branch };
    return typeof branch === "object"
      ? { end, first: branch.seq, parent: branch.parentSeq }
      : { end, first: forkedAt + 1, parent: forkedAt };
  }

  #lastFollowed(first: number, end: number): number {
    let last = 0;
    for (const position of this.#followed) {
      if (position >= first && position < end && position > last) last = position;
    }
    return last;
  }
}
