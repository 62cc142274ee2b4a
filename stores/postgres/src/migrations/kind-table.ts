import type { Field, Kind } from "@throughline/core";
import { type KindTable, kindTable as makeKindTable } from "@throughline/store-sql";

/** The table of a generic kind in a schema. */
export function kindTable(kind: Kind, schema: string): KindTable {
  return makeKindTable(kind, {
    tenant: { name: "tenant_id", type: 'text COLLATE "C"' },
    revisionType: "bigint",
    tableName: ({ name }) => `"${schema}"."${name}"`,
    columnType: (field) => (sqlType(field) === "text" ? 'text COLLATE "C"' : sqlType(field)),
    ending: () => "",
  });
}

/** The column type of a field, as the catalog names it. */
export function sqlType(field: Field): "text" | "bigint" | "double precision" | "boolean" | "bytea" {
  switch (field.type) {
    case "text":
    case "json":
      return "text";
    case "integer":
      return "bigint";
    case "real":
      return "double precision";
    case "boolean":
      return "boolean";
    case "bytes":
      return "bytea";
  }
}
