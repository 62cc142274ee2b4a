/** Reads of records: one connection, inside a transaction that sees one state of the database. */
import type { CheckedRead, Count, ReadAnswer, ReadRequest, ReadResult, Row } from "@throughline/core";
import { SCAN_LIMIT } from "@throughline/core";
import {
  type PageAsk,
  type Paging,
  type Select,
  countRows,
  getRows,
  isCountedBySql,
  makeCount,
  makeFew,
  makeFind,
  makeSelect,
  queryPage,
} from "@throughline/store-sql";
import type { Connection } from "./database.ts";
import { readLastPosition } from "./feed.ts";
import { settleAll } from "./settle-all.ts";
import type { PostgresTable, Tables } from "./tables.ts";
import { tableOf } from "./tables.ts";

/** Whose records are read, and from where. */
export interface Reading {
  readonly connection: Connection;
  readonly schema: string;
  readonly tables: Tables;
  readonly tenant: string;
}

/** Answers all requests of a read. All that can be asked at once is, so that it takes one round trip. */
export async function readAnswers(reading: Reading, input: CheckedRead): Promise<ReadResult> {
  const position = readLastPosition(reading);
  const answers = input.requests.map((request) => answer(reading, request, input.now));
  await settleAll<unknown>([position, ...answers]);
  return { position: await position, answers: await Promise.all(answers) };
}

async function answer(reading: Reading, request: ReadRequest, now: number): Promise<ReadAnswer> {
  const table = tableOf(reading.tables, request.kind);
  const { kind } = table;
  if (request.type === "query") {
    const settings = { now, chunk: SCAN_LIMIT, selective: table.selective };
    return page(reading, table, queryPage(kind, request, settings));
  }
  if (request.type === "get") return page(reading, table, getRows(kind, request, now));
  if (isCountedBySql(kind, request)) return countBySql(reading, table, request);
  return page(reading, table, countRows(kind, request, now));
}

/** Runs what pages through records. */
async function page<Result>(reading: Reading, table: PostgresTable, paging: Paging<Result>): Promise<Result> {
  let step = paging.next();
  while (step.done !== true) step = paging.next(await ask(reading, table, step.value));
  return step.value;
}

function ask(
  { connection, tenant }: Reading,
  table: PostgresTable,
  asked: PageAsk,
): Promise<readonly (Row | undefined)[]> {
  if (asked.type === "select") {
    return select(connection, makeSelect(tenant, table, asked.selection, asked.fields, asked.limit));
  }
  if (asked.type === "few") {
    return select(connection, makeFew(tenant, table, asked.selective, asked.fields, "created"));
  }
  const finds = asked.keys.map(async (key) => {
    const [row] = await select(connection, makeFind(tenant, table, key, asked.fields));
    return row;
  });
  return settleAll(finds);
}

async function select(connection: Connection, statement: Select | undefined): Promise<Row[]> {
  if (statement === undefined) return [];
  const { sql, values, map, constants } = statement;
  return (await connection.query(sql, values)).map((row) => map(row, constants));
}

async function countBySql(
  { connection, tenant }: Reading,
  table: PostgresTable,
  count: Count,
): Promise<number> {
  const { shape, prefix, range } = count;
  const statement = makeCount(tenant, table, { shape, prefix, range, direction: "forward" });
  if (statement === undefined) return 0;
  const [row] = await connection.query(statement.sql, statement.values);
  return Number(row?.[0]);
}
