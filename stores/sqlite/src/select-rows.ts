/** The SQL of selections: keyset conditions on a shape's order, so that its index answers without sorting. */
import type { Key, Kind, KeyValue, KeyValues, Range, Row } from "@throughline/core";
import { compareKeys, isUniqueName, orderOf } from "@throughline/core";
import type { SqlValue } from "./driver.ts";
import type { RowMapper } from "./row-mapper.ts";
import { makeRowMapper } from "./row-mapper.ts";
import type { Scope } from "./scope.ts";
import type { Place, Table } from "./table.ts";

export interface Selection {
  readonly shape: string;
  readonly prefix: KeyValues;
  readonly range?: Range | undefined;
  readonly direction: "forward" | "backward";
  readonly after?: KeyValues | undefined;
}

const operators = { above: ">", from: ">=", to: "<=", below: "<" } as const;

/** The record that has a key, with these fields. */
export function findRow(scope: Scope, table: Table, key: Key, fields: readonly string[]): Row | undefined {
  const unique = isUniqueName(key);
  const place = unique ? table.locateUnique(scope, key.unique, key.values) : table.locate(scope, "key", key);
  if (place === undefined) return undefined;
  const conditions = [place.where];
  const values = [...place.values];
  if (!unique) {
    for (let index = place.prefixHeld; index < key.length; index += 1) {
      conditions.push(`${table.column(table.kind.key[index] as string, "key")} = ?`);
      values.push(key[index] as KeyValue);
    }
  }
  const { columns, map } = columnsOf(table, "key", fields, place);
  const extra = table.extra === undefined ? "" : `, ${table.extra.column}`;
  const sql = `SELECT ${columns}${extra} FROM ${place.from} WHERE ${conditions.join(" AND ")}`;
  const found = scope.connection.readRow(sql, ...values);
  if (found === undefined) return undefined;
  const learned = table.extra === undefined ? undefined : found.at(-1);
  const row = map(found, place.constants);
  if (learned !== undefined) table.extra?.learn(scope, row, learned);
  return row;
}

/** Up to `limit` records of a selection, in its order, with these fields. */
export function selectRows(
  scope: Scope,
  table: Table,
  selection: Selection,
  fields: readonly string[],
  limit: number,
): Row[] {
  const statement = makeSelect(scope, table, selection, fields);
  if (statement === undefined) return [];
  const { sql, values, map, constants } = statement;
  return scope.connection.readRows(sql, ...values, limit).map((row) => map(row, constants));
}

interface Select {
  readonly sql: string;
  /** All but the limit. */
  readonly values: readonly SqlValue[];
  readonly map: RowMapper;
  readonly constants: Place["constants"];
}

/** The statement of a selection; undefined where nothing can be found. */
export function makeSelect(
  scope: Scope,
  table: Table,
  selection: Selection,
  fields: readonly string[],
): Select | undefined {
  const condition = makeCondition(scope, table, selection);
  if (condition === undefined) return undefined;
  const { place, where, values, order } = condition;
  const { columns, map } = columnsOf(table, selection.shape, fields, place);
  const direction = selection.direction === "forward" ? "" : " DESC";
  const orderBy = order.map((column) => `${column}${direction}`).join(", ");
  const sorted = orderBy === "" ? "" : ` ORDER BY ${orderBy}`;
  const sql = `SELECT ${columns} FROM ${place.from} WHERE ${where}${sorted} LIMIT ?`;
  return { sql, values, map, constants: place.constants };
}

interface Condition {
  readonly place: Place;
  readonly where: string;
  readonly values: readonly SqlValue[];
  /** The columns that order what is left after the prefix. */
  readonly order: readonly string[];
}

export function makeCondition(
  scope: Scope,
  table: Table,
  { shape, prefix, range, direction, after }: Selection,
): Condition | undefined {
  const place = table.locate(scope, shape, prefix);
  if (place === undefined) return undefined;
  const order = orderOf(table.kind, shape);
  const column = (index: number): string => table.column(order[index] as string, shape);
  const encode = (index: number, value: KeyValue): SqlValue =>
    place.encode === undefined ? value : place.encode(order[index] as string, value);
  const conditions = [place.where];
  const values = [...place.values];
  const add = (index: number, operator: string, value: KeyValue): void => {
    conditions.push(`${column(index)} ${operator} ?`);
    values.push(encode(index, value));
  };
  for (let index = place.prefixHeld; index < prefix.length; index += 1)
    add(index, "=", prefix[index] as KeyValue);
  for (const name of ["above", "from", "to", "below"] as const) {
    const limit = range?.[name];
    if (limit !== undefined) add(prefix.length, operators[name], limit);
  }
  const left = order.map((_, index) => index).slice(prefix.length);
  if (after !== undefined) {
    const isForward = direction === "forward";
    const side = compareKeys(prefix, after.slice(0, prefix.length)) * (isForward ? 1 : -1);
    if (side < 0 || (side === 0 && left.length === 0)) return undefined;
    if (side === 0) {
      conditions.push(keysetCondition(left.map(column), isForward ? ">" : "<"));
      values.push(...keysetValues(left.map((index) => encode(index, after[index] as KeyValue))));
    }
  }
  return { place, where: conditions.join(" AND "), values, order: left.map(column) };
}

/** One column compares by itself; of several the first bounds the index, and ties are decided by the rest. */
function keysetCondition(columns: readonly string[], operator: ">" | "<"): string {
  const [first, ...rest] = columns;
  if (first === undefined) return "0";
  if (rest.length === 0) return `${first} ${operator} ?`;
  return `(${first} ${operator}= ? AND (${first} ${operator} ? OR ${keysetCondition(rest, operator)}))`;
}

function keysetValues(values: readonly SqlValue[]): SqlValue[] {
  const [first, ...rest] = values;
  if (first === undefined) return [];
  return rest.length === 0 ? [first] : [first, first, ...keysetValues(rest)];
}

interface Columns {
  readonly columns: string;
  readonly map: RowMapper;
}

const known = new WeakMap<Table, Map<string, Columns>>();

function columnsOf(table: Table, shape: string, fields: readonly string[], { constants }: Place): Columns {
  const ofTable = known.get(table) ?? new Map<string, Columns>();
  known.set(table, ofTable);
  const name = `${shape} ${fields.join(",")} ${constants === undefined ? "" : Object.keys(constants).join(",")}`;
  let columns = ofTable.get(name);
  if (columns === undefined) {
    columns = makeColumns(
      table,
      shape,
      fields.filter((field) => constants === undefined || !(field in constants)),
    );
    ofTable.set(name, columns);
  }
  return columns;
}

function makeColumns(table: Table, shape: string, fields: readonly string[]): Columns {
  const kind: Kind = table.kind;
  // A shelf holds the tenant beside the field: the field's own value is what is read.
  const columns = fields.map((field) => table.column(field, shape === "activity" ? "key" : shape)).join(", ");
  return { columns: columns === "" ? "1" : columns, map: makeRowMapper(kind, fields) };
}
