/** Selections, run at once. */
import type { Count, Key, Page, Query, Row } from "@throughline/core";
import type { PageAsk, Paging, Select, Selection } from "@throughline/store-sql";
import {
  answerAtOnce,
  countRows,
  isCountedBySql,
  makeCount,
  makeFew,
  makeFind,
  makeSelect,
  queryPage,
} from "@throughline/store-sql";
import type { SqlValue } from "./driver.ts";
import { readCached } from "./read-cached.ts";
import type { Scope } from "./scope.ts";
import type { SqliteTable } from "./table.ts";

/** Records read at once where filters or expiry let few of them through. */
const CHUNK = 500;

/** The record that has a key, with these fields. */
export function findRow(
  scope: Scope,
  table: SqliteTable,
  key: Key,
  fields: readonly string[],
): Row | undefined {
  const find = makeFind(scope, table, key, fields, table.extra?.column);
  if (find === undefined) return undefined;
  const found = scope.connection.readRow(find.sql, ...find.values);
  if (found === undefined) return undefined;
  const row = find.map(found, find.constants);
  table.extra?.learn(scope, row, found.at(-1) as SqlValue);
  return row;
}

/** Up to `limit` records of a selection, in its order, with these fields. */
export function selectRows(
  scope: Scope,
  table: SqliteTable,
  selection: Selection,
  fields: readonly string[],
  limit: number,
): Row[] {
  return (
    readCached(scope, table, selection, fields, limit) ??
    read(scope, makeSelect(scope, table, selection, fields, limit))
  );
}

function read(scope: Scope, select: Select | undefined): Row[] {
  if (select === undefined) return [];
  const { sql, values, map, constants } = select;
  return scope.connection.readRows(sql, ...values).map((row) => map(row, constants));
}

/** Runs what pages through records. */
export function page<Result>(scope: Scope, table: SqliteTable, paging: Paging<Result>): Result {
  return answerAtOnce(paging, (ask: PageAsk) => {
    switch (ask.type) {
      case "select":
        return selectRows(scope, table, ask.selection, ask.fields, ask.limit);
      case "few":
        return read(scope, makeFew(scope, table, ask.selective, ask.fields, "created"));
      case "find":
        return ask.keys.map((key) => findRow(scope, table, key, ask.fields));
    }
  });
}

/** A page of records. */
export function readPage(scope: Scope, table: SqliteTable, query: Query, now: number): Page {
  return page(scope, table, queryPage(table.kind, query, { now, chunk: CHUNK, selective: table.selective }));
}

/** Counts a selection: in SQL where nothing has to be looked at, else by reading it. */
export function countSelection(scope: Scope, table: SqliteTable, count: Count, now: number): number {
  if (!isCountedBySql(table.kind, count)) return page(scope, table, countRows(table.kind, count, now));
  const { shape, prefix, range } = count;
  const statement = makeCount(scope, table, { shape, prefix, range, direction: "forward" });
  return statement === undefined ? 0 : scope.connection.readNumber(statement.sql, ...statement.values);
}
