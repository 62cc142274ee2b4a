/** What a query has to answer, worked out the simple way: sort everything, then cut. */
import type { Kind, KeyValues, Query, Row } from "@throughline/core";
import { compareKeys, indexValues, orderOf } from "@throughline/core";

export type ModelQuery = Pick<Query, "shape" | "prefix" | "direction"> & { readonly range?: Query["range"] };

/** The rows of a selection, in order. */
export function sortedRows(kind: Kind, rows: readonly Row[], query: ModelQuery): Row[] {
  const order = orderOf(kind, query.shape);
  const sign = query.direction === "forward" ? 1 : -1;
  return rows
    .map((row) => ({ row, place: indexValues(row, order) }))
    .filter(({ place }) => isSelected(place, query))
    .toSorted((left, right) => sign * compareKeys(left.place, right.place))
    .map(({ row }) => row);
}

function isSelected(place: KeyValues, { prefix, range = {} }: ModelQuery): boolean {
  if (prefix.some((value, index) => place[index] !== value)) return false;
  const value = place[prefix.length];
  if (value === undefined) return true;
  const compare = (limit: string | number): number => compareKeys([value], [limit]);
  return (
    (range.above === undefined || compare(range.above) > 0) &&
    (range.from === undefined || compare(range.from) >= 0) &&
    (range.to === undefined || compare(range.to) <= 0) &&
    (range.below === undefined || compare(range.below) < 0)
  );
}
