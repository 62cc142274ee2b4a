/** Numbers from 0 to below 1 that a seed decides. */
export type Random = () => number;

/** A small generator with one number of state; good enough to choose test cases. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** An integer from `least` to `most`. */
export function pick(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}
