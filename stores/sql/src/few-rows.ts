/** Matches of a filter that has an index of its own: where they are few, they are sorted rather than scanned for. */
import type { Filter } from "@throughline/core";
import { FEW_ROWS } from "@throughline/core";
import { columnsOf } from "./columns.ts";
import type { Select } from "./select-rows.ts";
import type { Table } from "./table.ts";

/** A field with an index that begins with it. */
export interface SelectiveField {
  /** Whether the index holds records with this value. */
  holds(value: string | number | boolean): boolean;
  /** The condition of a partial index: a statement has to state it to be answered by the index. */
  readonly condition?: string;
}

/** A value that an index leads to. */
export interface SelectiveValue {
  readonly field: string;
  readonly value: string | number;
}

/** A filter that has an index, a partial one if there is one; undefined where none has. */
export function findSelective(
  fields: ReadonlyMap<string, SelectiveField> | undefined,
  where: readonly Filter[] | undefined,
): SelectiveValue | undefined {
  let found: SelectiveValue | undefined;
  for (const filter of where ?? []) {
    if (filter.test !== "equals") continue;
    const { field, value } = filter;
    const selective = fields?.get(field);
    if (selective?.holds(value) !== true || (found !== undefined && selective.condition === undefined))
      continue;
    found = { field, value: typeof value === "boolean" ? Number(value) : value };
  }
  return found;
}

/** The statement that reads all records with a value, one more than are few at most. */
export function makeFew<Scope>(
  scope: Scope,
  table: Table<Scope>,
  { field, value }: SelectiveValue,
  fields: readonly string[],
  shape: string,
): Select | undefined {
  const place = table.locate(scope, shape, []);
  const selective = table.selective?.get(field);
  if (place === undefined || selective === undefined) return undefined;
  const { map, sql } = columnsOf(table, shape, fields, place);
  const conditions = [place.where, `${table.column(field)} = ?`];
  if (selective.condition !== undefined) conditions.push(selective.condition);
  return {
    sql: table.dialect.finish(
      `SELECT ${sql} FROM ${place.from} WHERE ${conditions.join(" AND ")} LIMIT ${FEW_ROWS + 1}`,
    ),
    values: [...place.values, value],
    map,
    constants: place.constants,
  };
}
