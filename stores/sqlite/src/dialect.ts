import type { Dialect } from "@throughline/store-sql";
import { nestedKeyset } from "@throughline/store-sql";
import type { FieldValue } from "@throughline/core";
import type { SqlValue } from "./driver.ts";

/** How SQLite writes selections. */
export const sqliteDialect: Dialect = {
  ...nestedKeyset,
  booleans: "as 0 and 1",
  finish: (sql) => sql,
};

/** A value as SQLite holds it. */
export function toSql(value: FieldValue | undefined): SqlValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === undefined) throw new TypeError("a record lacks a field");
  return value;
}
