import type { Field, Kind } from "@throughline/core";
import { columnName, orderOf } from "@throughline/core";

/** The names that a generic kind's table and indexes have, and the SQL that makes them. */
export interface KindTable {
  readonly table: string;
  readonly create: string;
  readonly indexes: readonly { readonly name: string; readonly create: string }[];
}

/** How a database writes such a table. */
export interface KindTableStyle {
  /** The column of the tenant, with its type. */
  readonly tenant: { readonly name: string; readonly type: string };
  readonly revisionType: string;
  /** The table's name in SQL. */
  tableName(kind: Kind): string;
  columnType(field: Field): string;
  /** What follows the columns. */
  ending(kind: Kind): string;
}

/**
 * The table of a kind that has no layout of its own: a column a field, the tenant before the key, an index for each
 * unique key and each shape.
 */
export function kindTable(kind: Kind, style: KindTableStyle): KindTable {
  const { tenant, revisionType } = style;
  const fields = Object.entries(kind.fields);
  const columns = [
    `"${tenant.name}" ${tenant.type} NOT NULL`,
    ...fields.map(
      ([name, field]) =>
        `${column(kind, name)} ${style.columnType(field)}${field.nullable ? "" : " NOT NULL"}`,
    ),
    `"revision" ${revisionType} NOT NULL`,
    `PRIMARY KEY (${columnList(kind, style, kind.key)})`,
  ];
  return {
    table: kind.name,
    create: `CREATE TABLE ${style.tableName(kind)} (\n  ${columns.join(",\n  ")}\n)${style.ending(kind)}`,
    indexes: [...uniqueIndexes(kind, style), ...shapeIndexes(kind, style)],
  };
}

function uniqueIndexes(kind: Kind, style: KindTableStyle): KindTable["indexes"] {
  return Object.entries(kind.unique).map(([unique, { fields, filled }]) => {
    const name = `${kind.name}_${unique}`;
    const conditions = [`${column(kind, filled)} <> ${kind.fields[filled]?.type === "text" ? "''" : "0"}`];
    if (kind.hidden !== undefined) conditions.push(`${column(kind, kind.hidden)} = 0`);
    const on = `ON ${style.tableName(kind)} (${columnList(kind, style, fields)})`;
    return { name, create: `CREATE UNIQUE INDEX "${name}" ${on}\n  WHERE ${conditions.join(" AND ")}` };
  });
}

function shapeIndexes(kind: Kind, style: KindTableStyle): KindTable["indexes"] {
  return Object.keys(kind.shapes).map((shape) => {
    const name = `${kind.name}_${shape}`;
    const on = `ON ${style.tableName(kind)} (${columnList(kind, style, orderOf(kind, shape))})`;
    return { name, create: `CREATE INDEX "${name}" ${on}` };
  });
}

function columnList(kind: Kind, { tenant }: KindTableStyle, fields: readonly string[]): string {
  return [`"${tenant.name}"`, ...fields.map((field) => column(kind, field))].join(", ");
}

function column(kind: Kind, field: string): string {
  return `"${columnName(kind, field)}"`;
}
