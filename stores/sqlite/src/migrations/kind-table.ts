import type { Field, Kind } from "@throughline/core";
import { columnName, orderOf } from "@throughline/core";

/** The names that a generic kind's table and indexes have, and the SQL that makes them. */
export interface KindTable {
  readonly table: string;
  readonly create: string;
  readonly indexes: readonly { readonly name: string; readonly create: string }[];
}

/**
 * The table of a kind that has no layout of its own: a column a field, the tenant before the key, an index for each
 * unique key and each shape. Rows with bytes keep a rowid, because a clustered index is slow with large rows.
 */
export function kindTable(kind: Kind): KindTable {
  const fields = Object.entries(kind.fields);
  const columns = [
    `"tenant" INTEGER NOT NULL`,
    ...fields.map(
      ([name, field]) => `${column(kind, name)} ${sqlType(field)}${field.nullable ? "" : " NOT NULL"}`,
    ),
    `"revision" INTEGER NOT NULL`,
    `PRIMARY KEY (${columnList(kind, kind.key)})`,
  ];
  const hasBytes = fields.some(([, field]) => field.type === "bytes");
  return {
    table: kind.name,
    create: `CREATE TABLE "${kind.name}" (\n  ${columns.join(",\n  ")}\n) STRICT${hasBytes ? "" : ", WITHOUT ROWID"}`,
    indexes: [...uniqueIndexes(kind), ...shapeIndexes(kind)],
  };
}

function uniqueIndexes(kind: Kind): KindTable["indexes"] {
  return Object.entries(kind.unique).map(([unique, { fields, filled }]) => {
    const name = `${kind.name}_${unique}`;
    const conditions = [`${column(kind, filled)} <> ${kind.fields[filled]?.type === "text" ? "''" : "0"}`];
    if (kind.hidden !== undefined) conditions.push(`${column(kind, kind.hidden)} = 0`);
    const on = `ON "${kind.name}" (${columnList(kind, fields)})`;
    return { name, create: `CREATE UNIQUE INDEX "${name}" ${on}\n  WHERE ${conditions.join(" AND ")}` };
  });
}

function shapeIndexes(kind: Kind): KindTable["indexes"] {
  return Object.keys(kind.shapes).map((shape) => {
    const name = `${kind.name}_${shape}`;
    return {
      name,
      create: `CREATE INDEX "${name}" ON "${kind.name}" (${columnList(kind, orderOf(kind, shape))})`,
    };
  });
}

function columnList(kind: Kind, fields: readonly string[]): string {
  return [`"tenant"`, ...fields.map((field) => column(kind, field))].join(", ");
}

function column(kind: Kind, field: string): string {
  return `"${columnName(kind, field)}"`;
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
