import type { Results } from "./bench.ts";
import { numberIn, type Facts } from "./row.ts";
import { median } from "./statistics.ts";

/** Takes one number out of what the processes of a round answered. */
export type Pick = (facts: readonly Facts[]) => number;

/** The number of this name that the round's only process gave. */
export function pick(name: string): Pick {
  return (facts) => numberIn(facts[0] ?? {}, name);
}

/** The median over the rounds; undefined when nothing was measured. */
export function medianOf(results: Results, label: string, value: Pick): number | undefined {
  const values = results.values(label, value).filter((item) => item !== undefined);
  return values.length === 0 ? undefined : median(values);
}

/** The largest value of all rounds; undefined when nothing was measured. */
export function largestOf(results: Results, label: string, value: Pick): number | undefined {
  const values = results.values(label, value).filter((item) => item !== undefined);
  return values.length === 0 ? undefined : Math.max(...values);
}

/** One side of a ratio. */
export interface Side {
  readonly label: string;
  readonly value: Pick;
}

/** The median of the rounds' ratios: both sides of each were measured close together in time. */
export function ratioOf(results: Results, above: Side, below: Side): number | undefined {
  const numerators = results.values(above.label, above.value);
  const denominators = results.values(below.label, below.value);
  const ratios = numerators.flatMap((numerator, round) => {
    const denominator = denominators[round];
    return numerator === undefined || denominator === undefined ? [] : [numerator / denominator];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}
