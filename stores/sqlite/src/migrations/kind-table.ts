import type { Field, Kind } from "@throughline/core";
import { type KindTable, kindTable as makeKindTable } from "@throughline/store-sql";

/** The table of a generic kind. Rows with bytes keep a rowid, because a clustered index is slow with large rows. */
export function kindTable(kind: Kind): KindTable {
  return makeKindTable(kind, {
    tenant: { name: "tenant", type: "INTEGER" },
    revisionType: "INTEGER",
    tableName: ({ name }) => `"${name}"`,
    columnType: sqlType,
    ending: ({ fields }) =>
      Object.values(fields).some(({ type }) => type === "bytes") ? " STRICT" : " STRICT, WITHOUT ROWID",
  });
}

/**
 * The column type of a field; booleans are 0 and 1.
 *
 * @internal exported for tests
 */
export function sqlType(field: Field): "TEXT" | "INTEGER" | "REAL" | "BLOB" {
  switch (field.type) {
    case "text":
    case "json":
      return "TEXT";
    case "integer":
    case "boolean":
      return "INTEGER";
    case "real":
      return "REAL";
    case "bytes":
      return "BLOB";
  }
}
