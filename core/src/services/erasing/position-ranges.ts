/** Sets of positions, as ascending ranges that do not touch. */

/** From one position to another, both included. */
export type Positions = readonly (readonly [from: number, to: number])[];

/** The positions that are in any of the ranges, which may overlap and be in any order. */
export function unite(ranges: Positions): Positions {
  const united: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((left, right) => left[0] - right[0])) {
    if (to < from) continue;
    const last = united.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}

/** The positions of `left` that are not in `right`; both are united. */
export function without(left: Positions, right: Positions): Positions {
  const rest: (readonly [number, number])[] = [];
  for (const [from, to] of left) {
    let next = from;
    for (const [begin, end] of right) {
      if (end < next) continue;
      if (begin > to) break;
      if (begin > next) rest.push([next, begin - 1]);
      next = end + 1;
    }
    if (next <= to) rest.push([next, to]);
  }
  return rest;
}

/** The positions that are in both; both are united. */
export function both(left: Positions, right: Positions): Positions {
  return without(left, without(left, right));
}
