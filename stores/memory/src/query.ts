import type { Count, Kind, Page, Query, Row } from "@throughline/core";
import {
  SCAN_LIMIT,
  compareKeys,
  isExpired,
  isInRange,
  passesFilters,
  placeOf,
  selectFields,
} from "@throughline/core";
import type { Space } from "./space.ts";

type Selection = Pick<Query, "shape" | "prefix" | "range" | "direction" | "after">;

/** The rows of a selection, in order. */
export function selectRows(
  space: Space,
  kind: Kind,
  { shape, prefix, range, direction, after }: Selection,
): Row[] {
  const sign = direction === "forward" ? 1 : -1;
  return [...space.rows(kind).values()]
    .map((row) => ({ row, place: placeOf(kind, shape, row) }))
    .filter(({ place }) => isInRange(place, prefix, range))
    .filter(({ place }) => after === undefined || sign * compareKeys(place, after) > 0)
    .toSorted((left, right) => sign * compareKeys(left.place, right.place))
    .map(({ row }) => row);
}

/** A page: filters are checked on what is scanned, and the scan is bounded. */
export function queryPage(space: Space, kind: Kind, query: Query, now: number): Page {
  const rows: Row[] = [];
  let scanned = 0;
  const selected = selectRows(space, kind, query);
  for (const row of selected) {
    scanned += 1;
    if (!isExpired(kind, row, now) && passesFilters(row, query.where))
      rows.push(selectFields(kind, row, query.select));
    const isLast = scanned === selected.length;
    if (!isLast && (rows.length === query.limit || scanned === SCAN_LIMIT)) {
      return { rows, next: placeOf(kind, query.shape, row) };
    }
  }
  return { rows };
}

export function countRows(space: Space, kind: Kind, count: Count, now: number): number {
  return selectRows(space, kind, { ...count, direction: "forward" }).filter(
    (row) => !isExpired(kind, row, now) && passesFilters(row, count.where),
  ).length;
}
