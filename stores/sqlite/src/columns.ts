import type { RowMapper } from "./row-mapper.ts";
import { makeRowMapper } from "./row-mapper.ts";
import type { Place, Table } from "./table.ts";

/** The columns of a select, and what makes records of them. */
export interface Columns {
  readonly sql: string;
  readonly map: RowMapper;
  /** Statements that read these columns, by what tells them apart: texts of SQL are written once. */
  readonly statements: Map<string, string>;
}

/** By table, by list of fields (the same list for the same question), then by shape and constants. */
const known = new WeakMap<Table, WeakMap<readonly string[], Map<string, Columns>>>();

/** The columns that hold these fields where a table is read by a shape. */
export function columnsOf(table: Table, shape: string, fields: readonly string[], place: Place): Columns {
  let ofTable = known.get(table);
  if (ofTable === undefined)
    known.set(table, (ofTable = new WeakMap<readonly string[], Map<string, Columns>>()));
  let ofFields = ofTable.get(fields);
  if (ofFields === undefined) ofTable.set(fields, (ofFields = new Map<string, Columns>()));
  const name = place.constants === undefined ? shape : `${shape} held`;
  let columns = ofFields.get(name);
  if (columns === undefined) ofFields.set(name, (columns = makeColumns(table, shape, fields, place)));
  return columns;
}

function makeColumns(table: Table, shape: string, fields: readonly string[], { constants }: Place): Columns {
  const held = Object.keys(constants ?? {});
  const read = fields.filter((field) => !held.includes(field));
  // A shelf holds the tenant beside the field: the field's own value is what is read.
  const columns = read.map((field) => table.column(field, shape === "activity" ? "key" : shape)).join(", ");
  return {
    sql: columns === "" ? "1" : columns,
    map: makeRowMapper(table.kind, read, held),
    statements: new Map(),
  };
}
