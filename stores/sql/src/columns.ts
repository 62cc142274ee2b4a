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
const known = new WeakMap<object, WeakMap<readonly string[], Map<string, Columns>>>();

/** The columns that hold these fields where a table is read by a shape. */
export function columnsOf<Scope>(
  table: Table<Scope>,
  shape: string,
  fields: readonly string[],
  place: Place,
): Columns {
  let ofTable = known.get(table);
  if (ofTable === undefined)
    known.set(table, (ofTable = new WeakMap<readonly string[], Map<string, Columns>>()));
  let ofFields = ofTable.get(fields);
  if (ofFields === undefined) ofTable.set(fields, (ofFields = new Map<string, Columns>()));
  const name = place.constants === undefined ? shape : `${shape} held`;
  let columns = ofFields.get(name);
  if (columns === undefined) ofFields.set(name, (columns = makeColumns(table, fields, place)));
  return columns;
}

function makeColumns<Scope>(table: Table<Scope>, fields: readonly string[], { constants }: Place): Columns {
  const held = Object.keys(constants ?? {});
  const read = fields.filter((field) => !held.includes(field));
  const columns = read.map((field) => table.column(field)).join(", ");
  return {
    sql: columns === "" ? "1" : columns,
    map: makeRowMapper(table, read, held),
    statements: new Map(),
  };
}
