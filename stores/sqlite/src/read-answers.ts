import type { CheckedRead, Get, ReadAnswer, ReadRequest, ReadResult, Row } from "@throughline/core";
import { isExpired } from "@throughline/core";
import type { Connection } from "./connection.ts";
import { lastPosition } from "./feed.ts";
import { countRows, queryPage } from "./query-page.ts";
import { selectedFields } from "./row-mapper.ts";
import { Scope } from "./scope.ts";
import { findRow } from "./select-rows.ts";
import type { Table } from "./table.ts";
import type { Tables } from "./tables.ts";
import { tableOf } from "./tables.ts";

/** Answers all requests of a read; inside a read transaction, so that they see one position. */
export function readAnswers(
  connection: Connection,
  tables: Tables,
  tenant: number,
  input: CheckedRead,
): ReadResult {
  const position = lastPosition(connection);
  const scope = new Scope(connection, tenant);
  return { position, answers: input.requests.map((request) => answer(scope, tables, request, input.now)) };
}

function answer(scope: Scope, tables: Tables, request: ReadRequest, now: number): ReadAnswer {
  const table = tableOf(tables, request.kind);
  if (request.type === "query") return queryPage(scope, table, request, now);
  if (request.type === "count") return countRows(scope, table, request, now);
  return getRows(scope, table, request, now);
}

function getRows(scope: Scope, table: Table, { keys, select }: Get, now: number): (Row | undefined)[] {
  const { kind } = table;
  const selected = selectedFields(kind, select);
  const { expires } = kind;
  const fields = expires === undefined || selected.includes(expires) ? selected : [...selected, expires];
  return keys.map((key) => {
    const row = findRow(scope, table, key, fields);
    if (row === undefined || isExpired(kind, row, now)) return undefined;
    if (fields === selected || expires === undefined) return row;
    const { [expires]: _, ...rest } = row;
    return rest as Row;
  });
}
