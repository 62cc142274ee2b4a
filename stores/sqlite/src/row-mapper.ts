import type { FieldValue, Kind, Row, StoredRecord } from "@throughline/core";
import type { SqlRow, SqlValue } from "./driver.ts";

/** A value as SQLite holds it. */
export function toSql(value: FieldValue | undefined): SqlValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === undefined) throw new TypeError("a record lacks a field");
  return value;
}

/** Turns arrays of columns into records. */
export type RowMapper = (values: SqlRow, constants?: StoredRecord) => Row;

/** Makes the mapper for columns that hold these fields of a kind, in this order. */
export function makeRowMapper(kind: Kind, fields: readonly string[]): RowMapper {
  const names = [...fields];
  const booleans = names.filter((name) => kind.fields[name]?.type === "boolean");
  return (values, constants) => {
    const record: Record<string, FieldValue> = { ...constants };
    for (let index = 0; index < names.length; index += 1) {
      record[names[index] as string] = values[index] as FieldValue;
    }
    for (const name of booleans) record[name] = record[name] === 1;
    return record as unknown as Row;
  };
}

/** The fields that a read asks for, `revision` last. */
export function selectedFields(kind: Kind, select: "key" | "plain" | "all" = "plain"): readonly string[] {
  if (select === "key") return [...kind.key, "revision"];
  const names = Object.keys(kind.fields);
  const wanted = select === "all" ? names : names.filter((name) => kind.fields[name]?.heavy !== true);
  return [...wanted, "revision"];
}
