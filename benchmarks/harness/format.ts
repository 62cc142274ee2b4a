import type { Bench, Results } from "./bench.ts";
import { medianOf, type Pick } from "./compare.ts";

/** Three significant digits, thousands with a comma. */
export function formatNumber(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", {
    minimumFractionDigits: Math.min(digits, 4),
    maximumFractionDigits: Math.min(digits, 4),
  });
}

/** A value with its unit, or a dash where nothing was measured. */
export function formatValue(value: number | undefined, unit: string): string {
  if (value === undefined) return "–";
  return unit === "" ? formatNumber(value) : `${formatNumber(value)} ${unit}`;
}

/** Says for each peer what it measured in the job `labelOf` names; "failed" when it could not do it. */
export function formatPeers(
  bench: Bench,
  results: Results,
  labelOf: (contestant: string) => string,
  value: Pick,
  unit: string,
): string {
  return bench
    .contestants("peer")
    .map(({ name }) => {
      const label = labelOf(name);
      if (results.failure(label) !== undefined) return `${name} failed`;
      const middle = medianOf(results, label, value);
      return middle === undefined ? undefined : `${name} ${formatValue(middle, unit)}`;
    })
    .filter((text) => text !== undefined)
    .join("; ");
}
