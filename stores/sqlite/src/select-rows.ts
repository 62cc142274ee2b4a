/** The SQL of selections: keyset conditions on a shape's order, so that its index answers without sorting. */
import type { Key, KeyValue, KeyValues, Range, Row } from "@throughline/core";
import { compareKeys, isUniqueName, orderOf } from "@throughline/core";
import type { SqlValue } from "./driver.ts";
import { columnsOf } from "./columns.ts";
import type { RowMapper } from "./row-mapper.ts";
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
  const { map, statements, sql: columns } = columnsOf(table, "key", fields, place);
  const name = unique ? key.unique : "by key";
  let sql = statements.get(name);
  if (sql === undefined) {
    const held = unique ? [] : table.kind.key.slice(place.prefixHeld);
    const conditions = [place.where, ...held.map((field) => `${table.column(field, "key")} = ?`)];
    const extra = table.extra === undefined ? "" : `, ${table.extra.column}`;
    sql = `SELECT ${columns}${extra} FROM ${place.from} WHERE ${conditions.join(" AND ")}`;
    statements.set(name, sql);
  }
  const values = unique ? place.values : [...place.values, ...key.slice(place.prefixHeld)];
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

/**
 * The statement of a selection; undefined where nothing can be found.
 *
 * @internal exported for tests
 */
export function makeSelect(
  scope: Scope,
  table: Table,
  selection: Selection,
  fields: readonly string[],
): Select | undefined {
  const condition = makeCondition(scope, table, selection);
  if (condition === undefined) return undefined;
  const { place, values, name } = condition;
  const { map, statements, sql: columns } = columnsOf(table, selection.shape, fields, place);
  let sql = statements.get(name);
  if (sql === undefined) {
    const { where, order } = condition.describe();
    const direction = selection.direction === "forward" ? "" : " DESC";
    const sorted =
      order.length === 0 ? "" : ` ORDER BY ${order.map((one) => `${one}${direction}`).join(", ")}`;
    sql = `SELECT ${columns} FROM ${place.from} WHERE ${where}${sorted} LIMIT ?`;
    statements.set(name, sql);
  }
  return { sql, values, map, constants: place.constants };
}

interface Condition {
  readonly place: Place;
  readonly values: readonly SqlValue[];
  /** Tells apart the conditions of one shape: equal names have equal texts. */
  readonly name: string;
  /** The condition in SQL, and the columns that order what is left after the prefix. */
  describe(): { readonly where: string; readonly order: readonly string[] };
}

const limits = ["above", "from", "to", "below"] as const;

/** What a selection asks of each record; undefined where nothing can be found. */
export function makeCondition(scope: Scope, table: Table, selection: Selection): Condition | undefined {
  const { shape, prefix, range, direction, after } = selection;
  const place = table.locate(scope, shape, prefix);
  if (place === undefined) return undefined;
  const order = orderOf(table.kind, shape);
  const encode = (index: number, value: KeyValue): SqlValue =>
    place.encode === undefined ? value : place.encode(order[index] as string, value);
  const values = [...place.values];
  for (let index = place.prefixHeld; index < prefix.length; index += 1) {
    values.push(encode(index, prefix[index] as KeyValue));
  }
  let name = `${direction} ${prefix.length}`;
  for (const limit of limits) {
    const value = range?.[limit];
    if (value === undefined) continue;
    name += ` ${limit}`;
    values.push(encode(prefix.length, value));
  }
  const side =
    after === undefined
      ? -1
      : compareKeys(prefix, after.slice(0, prefix.length)) * (direction === "forward" ? 1 : -1);
  if (after !== undefined) {
    if (side < 0 || (side === 0 && prefix.length === order.length)) return undefined;
    if (side === 0) {
      name += " after";
      values.push(
        ...keysetValues(
          after.slice(prefix.length).map((value, index) => encode(prefix.length + index, value)),
        ),
      );
    }
  }
  return { place, values, name, describe: () => describeCondition(table, selection, place, side === 0) };
}

function describeCondition(
  table: Table,
  { shape, prefix, range, direction }: Selection,
  place: Place,
  isAfter: boolean,
): { where: string; order: readonly string[] } {
  const columns = orderOf(table.kind, shape).map((field) => table.column(field, shape));
  const left = columns.slice(prefix.length);
  const conditions = [place.where];
  for (const column of columns.slice(place.prefixHeld, prefix.length)) conditions.push(`${column} = ?`);
  for (const limit of limits) {
    if (range?.[limit] !== undefined) conditions.push(`${String(left[0])} ${operators[limit]} ?`);
  }
  if (isAfter) conditions.push(keysetCondition(left, direction === "forward" ? ">" : "<"));
  return { where: conditions.join(" AND "), order: left };
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
