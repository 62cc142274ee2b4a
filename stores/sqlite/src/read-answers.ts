import type { CheckedRead, ReadAnswer, ReadRequest, ReadResult } from "@throughline/core";
import { getRows } from "@throughline/store-sql";
import type { Connection } from "./connection.ts";
import { lastPosition } from "./feed.ts";
import type { RowCache } from "./row-cache.ts";
import { Scope } from "./scope.ts";
import { countSelection, page, readPage } from "./select-rows.ts";
import type { Tables } from "./tables.ts";
import { tableOf } from "./tables.ts";

/** Answers all requests of a read; inside a read transaction, so that they see one position. */
export function readAnswers(
  connection: Connection,
  tables: Tables,
  tenant: number,
  input: CheckedRead,
  rows: ReadonlyMap<string, RowCache>,
): ReadResult {
  const position = lastPosition(connection);
  const scope = new Scope(connection, tenant, rows);
  return { position, answers: input.requests.map((request) => answer(scope, tables, request, input.now)) };
}

function answer(scope: Scope, tables: Tables, request: ReadRequest, now: number): ReadAnswer {
  const table = tableOf(tables, request.kind);
  if (request.type === "query") return readPage(scope, table, request, now);
  if (request.type === "count") return countSelection(scope, table, request, now);
  return page(scope, table, getRows(table.kind, request, now));
}
