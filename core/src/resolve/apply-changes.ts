import type { Changes } from "../contract/batch.ts";
import type { FieldValue, Kind, Row } from "../model/kind.ts";
import { invalid } from "./refusals.ts";

/** The fields that changes give new values, with those values: sums and maxima carried out on the row. */
export function applyChanges(kind: Kind, row: Row, changes: Changes): Record<string, FieldValue> {
  const set: Record<string, FieldValue> = { ...changes.set };
  for (const [field, amount] of Object.entries(changes.increment ?? {})) {
    const sum = numberAt(row, field) + amount;
    const isInRange = kind.fields[field]?.type === "real" ? Number.isFinite(sum) : Number.isSafeInteger(sum);
    if (!isInRange)
      throw invalid(`${kind.name}.${field} can't grow by ${amount}.`, { kind: kind.name, field });
    set[field] = sum;
  }
  for (const [field, value] of Object.entries(changes.maximum ?? {})) {
    set[field] = Math.max(numberAt(row, field), value);
  }
  return set;
}

function numberAt(row: Row, field: string): number {
  const value = row[field];
  return typeof value === "number" ? value : 0;
}
