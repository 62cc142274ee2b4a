import type { Kind, KeyValues, Row, StoredRecord } from "../model/kind.ts";
import { compareKeys, indexValues, orderOf } from "../model/kind.ts";
import type { Range } from "./read.ts";

/** Whether an order's values begin with `prefix`, and go on within `range`. */
export function isInRange(values: KeyValues, prefix: KeyValues, range: Range | undefined): boolean {
  if (prefix.some((value, index) => values[index] !== value)) return false;
  if (range === undefined) return true;
  const value = values.slice(prefix.length, prefix.length + 1);
  return (
    (range.above === undefined || compareKeys(value, [range.above]) > 0) &&
    (range.from === undefined || compareKeys(value, [range.from]) >= 0) &&
    (range.to === undefined || compareKeys(value, [range.to]) <= 0) &&
    (range.below === undefined || compareKeys(value, [range.below]) < 0)
  );
}

/** The place of a record in a shape's order: what a page's `next` holds. */
export function placeOf(kind: Kind, shape: string, row: StoredRecord): KeyValues {
  return indexValues(row, orderOf(kind, shape));
}

/** A row with only what `select` asks for: its key and revision, all but heavy fields, or everything. */
export function selectFields(kind: Kind, row: Row, select: "key" | "plain" | "all" = "plain"): Row {
  if (select === "all") return row;
  const fields =
    select === "key" ? kind.key : Object.keys(kind.fields).filter((name) => !kind.fields[name]?.heavy);
  return Object.fromEntries([...fields, "revision"].map((name) => [name, row[name]])) as unknown as Row;
}
