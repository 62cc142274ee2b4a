/** The SQL of selections: keyset conditions on a shape's order, so that its index answers without sorting. */
import type { Key, KeyValue, KeyValues, Range, StoredRecord } from "@throughline/core";
import { compareKeys, isUniqueName, orderOf } from "@throughline/core";
import { columnsOf } from "./columns.ts";
import type { RowMapper } from "./row-mapper.ts";
import type { Place, Table } from "./table.ts";
import type { SqlValue } from "./values.ts";

export interface Selection {
  readonly shape: string;
  readonly prefix: KeyValues;
  readonly range?: Range | undefined;
  readonly direction: "forward" | "backward";
  readonly after?: KeyValues | undefined;
}

/** A statement that reads records, and what makes them of its rows. */
export interface Select {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  readonly map: RowMapper;
  readonly constants: StoredRecord | undefined;
}

const operators = { above: ">", from: ">=", to: "<=", below: "<" } as const;

/**
 * The statement that reads the record of a key; undefined where there can be none. `extra` is a column that is read
 * beside the fields, as the last one.
 */
export function makeFind<Scope>(
  scope: Scope,
  table: Table<Scope>,
  key: Key,
  fields: readonly string[],
  extra?: string,
): Select | undefined {
  const unique = isUniqueName(key);
  const place = unique ? table.locateUnique(scope, key.unique, key.values) : table.locate(scope, "key", key);
  if (place === undefined) return undefined;
  const { map, statements, sql: columns } = columnsOf(table, "key", fields, place);
  const name = `${unique ? key.unique : "by key"}${extra === undefined ? "" : ` with ${extra}`}`;
  let sql = statements.get(name);
  if (sql === undefined) {
    const held = unique ? [] : table.kind.key.slice(place.prefixHeld);
    const conditions = [place.where, ...held.map((field) => `${table.column(field)} = ?`)];
    const read = extra === undefined ? columns : `${columns}, ${extra}`;
    sql = table.dialect.finish(`SELECT ${read} FROM ${place.from} WHERE ${conditions.join(" AND ")}`);
    statements.set(name, sql);
  }
  const values = unique ? place.values : [...place.values, ...key.slice(place.prefixHeld)];
  return { sql, values, map, constants: place.constants };
}

/** The statement of a selection; undefined where nothing can be found. `extra` as for `makeFind`. */
export function makeSelect<Scope>(
  scope: Scope,
  table: Table<Scope>,
  selection: Selection,
  fields: readonly string[],
  limit: number,
  extra?: string,
): Select | undefined {
  const condition = makeCondition(scope, table, selection);
  if (condition === undefined) return undefined;
  const { place, values } = condition;
  const { map, statements, sql: columns } = columnsOf(table, selection.shape, fields, place);
  const name = extra === undefined ? condition.name : `${condition.name} with ${extra}`;
  let sql = statements.get(name);
  if (sql === undefined) {
    const { where, order } = condition.describe();
    const direction = selection.direction === "forward" ? "" : " DESC";
    const sorted =
      order.length === 0 ? "" : ` ORDER BY ${order.map((one) => `${one}${direction}`).join(", ")}`;
    const read = extra === undefined ? columns : `${columns}, ${extra}`;
    sql = table.dialect.finish(`SELECT ${read} FROM ${place.from} WHERE ${where}${sorted} LIMIT ?`);
    statements.set(name, sql);
  }
  values.push(limit);
  return { sql, values, map, constants: place.constants };
}

/** The statement that reads the record of a place with a value in a column; the value goes after its own values. */
export function makeFindBy<Scope>(
  scope: Scope,
  table: Table<Scope>,
  { shape, prefix, column }: Pick<Selection, "shape" | "prefix"> & { readonly column: string },
  fields: readonly string[],
): Select | undefined {
  const place = table.locate(scope, shape, prefix);
  if (place === undefined) return undefined;
  const { map, statements, sql: columns } = columnsOf(table, shape, fields, place);
  const name = `by ${column}`;
  let sql = statements.get(name);
  if (sql === undefined) {
    sql = table.dialect.finish(`SELECT ${columns} FROM ${place.from} WHERE ${place.where} AND ${column} = ?`);
    statements.set(name, sql);
  }
  return { sql, values: place.values, map, constants: place.constants };
}

/** The statement that counts a selection; undefined where nothing can be found. */
export function makeCount<Scope>(
  scope: Scope,
  table: Table<Scope>,
  selection: Selection,
): { readonly sql: string; readonly values: readonly SqlValue[] } | undefined {
  const condition = makeCondition(scope, table, selection);
  if (condition === undefined) return undefined;
  const sql = `SELECT count(*) FROM ${condition.place.from} WHERE ${condition.describe().where}`;
  return { sql: table.dialect.finish(sql), values: condition.values };
}

interface Condition {
  readonly place: Place;
  readonly values: SqlValue[];
  /** Tells apart the conditions of one shape: equal names have equal texts. */
  readonly name: string;
  /** The condition in SQL, and the columns that order what is left after the prefix. */
  describe(): { readonly where: string; readonly order: readonly string[] };
}

const limits = ["above", "from", "to", "below"] as const;

/** What a selection asks of each record; undefined where nothing can be found. */
function makeCondition<Scope>(
  scope: Scope,
  table: Table<Scope>,
  selection: Selection,
): Condition | undefined {
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
  const isOdd = hasOddBoolean(table, order, selection);
  let name = `${direction} ${prefix.length}${isOdd ? " odd" : ""}`;
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
      const beyond = after.slice(prefix.length).map((value, index) => encode(prefix.length + index, value));
      values.push(...table.dialect.keysetValues(beyond));
    }
  }
  return {
    place,
    values,
    name,
    describe: () => describeCondition(table, selection, place, side === 0, isOdd),
  };
}

/** Whether a boolean field is compared with a number that no boolean column can be compared with as it is. */
function hasOddBoolean<Scope>(
  { kind, dialect }: Table<Scope>,
  order: readonly string[],
  { prefix, range, after }: Selection,
): boolean {
  if (dialect.asNumber === undefined) return false;
  return order.some((field, index) => {
    if (kind.fields[field]?.type !== "boolean") return false;
    const bounds = index === prefix.length ? limits.map((limit) => range?.[limit]) : [];
    return [prefix[index], after?.[index], ...bounds].some(
      (value) => value !== undefined && value !== 0 && value !== 1,
    );
  });
}

function describeCondition<Scope>(
  table: Table<Scope>,
  { shape, prefix, range, direction }: Selection,
  place: Place,
  isAfter: boolean,
  isOdd: boolean,
): { where: string; order: readonly string[] } {
  const columns = orderOf(table.kind, shape).map((field) => {
    const column = table.orderColumn?.(field, shape) ?? table.column(field);
    const isNumber = isOdd && table.kind.fields[field]?.type === "boolean";
    return isNumber ? (table.dialect.asNumber?.(column) ?? column) : column;
  });
  const left = columns.slice(prefix.length);
  const conditions = [place.where];
  for (const column of columns.slice(place.prefixHeld, prefix.length)) conditions.push(`${column} = ?`);
  for (const limit of limits) {
    if (range?.[limit] !== undefined) conditions.push(`${String(left[0])} ${operators[limit]} ?`);
  }
  if (isAfter) conditions.push(table.dialect.keysetCondition(left, direction === "forward" ? ">" : "<"));
  return { where: conditions.join(" AND "), order: left };
}
