import type { Changes } from "../contract/batch.ts";
import type { FieldValue, Row } from "../model/kind.ts";

/** The fields that changes give new values, with those values: sums and maxima carried out on the row. */
export function applyChanges(row: Row, changes: Changes): Record<string, FieldValue> {
  const set: Record<string, FieldValue> = { ...changes.set };
  for (const [field, amount] of Object.entries(changes.increment ?? {}))
    set[field] = numberAt(row, field) + amount;
  for (const [field, value] of Object.entries(changes.maximum ?? {})) {
    set[field] = Math.max(numberAt(row, field), value);
  }
  return set;
}

function numberAt(row: Row, field: string): number {
  const value = row[field];
  return typeof value === "number" ? value : 0;
}
