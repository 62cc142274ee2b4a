/** Where a message follows another position than the one before it. */
export interface Branch {
  readonly seq: number;
  readonly parentSeq: number;
}

/** Positions above one and up to another, of which every branch is known. */
interface Island {
  readonly above: number;
  readonly to: number;
  /** In ascending order. */
  readonly branches: readonly Branch[];
}

/**
 * The branches of one session, as far as they were read. A record of a branch never changes, and new ones are written at
 * new positions only: what is known of a stretch of positions stays true.
 */
export class KnownBranches {
  /** In ascending order; none touches another. */
  #islands: Island[] = [];
  #count = 0;

  /** Of a log that goes straight on, however long it is. */
  static none(): KnownBranches {
    const none = new KnownBranches();
    none.learn(0, Number.MAX_SAFE_INTEGER, []);
    return none;
  }

  /** How many branches are known. */
  get count(): number {
    return this.#count;
  }

  /** The last position of which all is known; 0: nothing is. */
  get to(): number {
    return this.#islands.at(-1)?.to ?? 0;
  }

  /** Takes in that these are all branches above one position and up to another, in ascending order. */
  learn(above: number, to: number, branches: readonly Branch[]): void {
    if (to <= above) return;
    const touched = this.#islands.filter((island) => island.to >= above && island.above <= to);
    const lowest = touched[0];
    const highest = touched.at(-1);
    const island = {
      above: Math.min(above, lowest?.above ?? above),
      to: Math.max(to, highest?.to ?? to),
      branches: merge(touched, above, to, branches),
    };
    this.#islands = [...this.#islands.filter((other) => !touched.includes(other)), island].toSorted(
      (left, right) => left.above - right.above,
    );
    this.#count = this.#islands.reduce((sum, { branches: known }) => sum + known.length, 0);
  }

  /**
   * The last branch that begins at a position or before it; undefined: there is none. A number is the position at and
   * below which nothing is known, where that leaves it open.
   */
  lastAt(position: number): Branch | number | undefined {
    if (position <= 0) return undefined;
    const island = this.#islandAt(position);
    if (island === undefined) return position;
    const branch = island.branches[firstAbove(island.branches, position) - 1];
    if (branch !== undefined) return branch;
    return island.above === 0 ? undefined : island.above;
  }

  /** The end of what is known below a position that is not known; 0: nothing is. */
  knownBelow(position: number): number {
    return this.#islands.findLast(({ to }) => to < position)?.to ?? 0;
  }

  #islandAt(position: number): Island | undefined {
    const island = this.#islands.findLast(({ above }) => above < position);
    return island !== undefined && position <= island.to ? island : undefined;
  }
}

function merge(
  touched: readonly Island[],
  above: number,
  to: number,
  branches: readonly Branch[],
): readonly Branch[] {
  const [only] = touched;
  // A log that went on straight: nothing has to be copied.
  if (only !== undefined && touched.length === 1 && branches.length === 0 && only.to <= above) {
    return only.branches;
  }
  return [
    ...touched.flatMap((island) => island.branches.filter(({ seq }) => seq <= above)),
    ...branches,
    ...touched.flatMap((island) => island.branches.filter(({ seq }) => seq > to)),
  ];
}

/** The index of the first branch that begins after a position. */
function firstAbove(branches: readonly Branch[], position: number): number {
  let low = 0;
  let high = branches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((branches[middle] as Branch).seq > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
