/** Matches of a filter that an order begins with: where they are few, they are sorted rather than scanned for. */
import type { Query } from "../contract/read.ts";
import { isInRange, placeOf } from "../contract/page.ts";
import { passesFilters } from "../contract/filter.ts";
import { type Kind, type KeyValues, type Row, compareKeys, isExpired, orderOf } from "../model/kind.ts";

/** The most records that are sorted. */
export const FEW_ROWS = 1_000;

/** Records that were looked at are too many for those that were found from this many on for each. */
const RARE = 10;

/** Whether so few of the records that were looked at were wanted that another order may be the shorter way. */
export function isRare(wanted: number, scanned: number): boolean {
  return wanted * RARE < scanned;
}

/** An order of a kind, and the values by which it is narrowed. */
export interface NarrowShape {
  readonly shape: string;
  readonly prefix: KeyValues;
}

/**
 * An order that holds only records with the value of one of the query's filters; of several the one that is declared last.
 * Undefined where none begins with such a field. An empty value narrows nothing.
 */
export function findNarrowShape(kind: Kind, { shape: own, where = [] }: Query): NarrowShape | undefined {
  let found: NarrowShape | undefined;
  for (const shape of Object.keys(kind.shapes)) {
    const [field] = orderOf(kind, shape);
    const filter = where.find((one) => one.test === "equals" && one.field === field);
    if (shape === own || filter?.test !== "equals" || typeof filter.value === "boolean") continue;
    if (filter.value !== "" && filter.value !== 0) found = { shape, prefix: [filter.value] };
  }
  return found;
}

/** Those that a query asks for, in its order and from its place on; undefined where they are not few. */
export function sortFew(kind: Kind, query: Query, found: readonly Row[], now: number): Row[] | undefined {
  if (found.length > FEW_ROWS) return undefined;
  const { shape, prefix, range, direction, after, where } = query;
  const sign = direction === "forward" ? 1 : -1;
  return found
    .map((row) => ({ row, place: placeOf(kind, shape, row) }))
    .filter(
      ({ row, place }) =>
        isInRange(place, prefix, range) && !isExpired(kind, row, now) && passesFilters(row, where),
    )
    .filter(({ place }) => after === undefined || sign * compareKeys(place, after) > 0)
    .toSorted((left, right) => sign * compareKeys(left.place, right.place))
    .map(({ row }) => row);
}
