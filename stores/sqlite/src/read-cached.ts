/** Reads a short page by what is known of its rows: their revisions first, then those that have changed. */
import type { Row } from "@throughline/core";
import { type Selection, makeFindBy, makeSelect, selectedFields } from "@throughline/store-sql";
import type { SqlRow } from "./driver.ts";
import type { Scope } from "./scope.ts";
import type { SqliteTable } from "./table.ts";

/** Records of pages that are kept: longer ones are read once. */
const LONGEST_PAGE = 101;
/** If more than one of so many is not known, the page is read whole. */
const WORTH_KNOWING = 4;

const onlyRevision: readonly string[] = ["revision"];

/** The records of a selection; undefined where the cache has no part in it. */
export function readCached(
  scope: Scope,
  table: SqliteTable,
  selection: Selection,
  fields: readonly string[],
  limit: number,
): Row[] | undefined {
  const { known } = table;
  const cache = scope.rows?.get(table.kind.name);
  if (known === undefined || cache === undefined || limit > LONGEST_PAGE) return undefined;
  if (fields !== selectedFields(table.kind)) return undefined;
  const group = known.groupOf(scope, selection.prefix);
  if (group === undefined) return undefined;

  const readPage = (): Row[] =>
    select(scope, table, selection, fields, limit).map(({ row, values }) => {
      cache.keep(group, group + (values.at(-1) as number), row);
      return row;
    });
  if (!cache.knows(group)) return readPage();

  const places = select(scope, table, selection, onlyRevision, limit).map(({ values }) => ({
    revision: values[0] as number,
    identity: values[1] as number,
  }));
  const rows = places.map(({ revision, identity }) => cache.find(group, group + identity, revision));
  const missing = rows.filter((row) => row === undefined).length;
  if (missing * WORTH_KNOWING > rows.length) return readPage();
  const whole: Row[] = [];
  rows.forEach((row, index) => {
    const { identity } = places[index] as (typeof places)[number];
    const read = row ?? findBy(scope, table, selection, fields, identity);
    if (row === undefined) cache.keep(group, group + identity, read);
    whole.push(read);
  });
  return whole;
}

function select(
  scope: Scope,
  table: SqliteTable,
  selection: Selection,
  fields: readonly string[],
  limit: number,
): { row: Row; values: SqlRow }[] {
  const made = makeSelect(scope, table, selection, fields, limit, table.known?.column);
  if (made === undefined) return [];
  return scope.connection
    .readRows(made.sql, ...made.values)
    .map((values) => ({ row: made.map(values, made.constants), values }));
}

/** A record that was seen in the same transaction a moment ago. */
function findBy(
  scope: Scope,
  table: SqliteTable,
  { prefix }: Selection,
  fields: readonly string[],
  identity: number,
): Row {
  const { column = "", shape = "" } = table.known ?? {};
  const find = makeFindBy(scope, table, { shape, prefix, column }, fields);
  const found = find === undefined ? undefined : scope.connection.readRow(find.sql, ...find.values, identity);
  if (find === undefined || found === undefined) throw new TypeError("a row that was there is not there");
  return find.map(found, find.constants);
}
