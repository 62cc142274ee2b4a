/** Reading records inside a transaction. */
import type { Count, Found, Key, Kind, Lookup, Page, Query, Row } from "@throughline/core";
import {
  FEW_ROWS,
  KEY_SHAPE,
  SCAN_LIMIT,
  findNarrowShape,
  isExpired,
  isRare,
  isUniqueName,
  passesFilters,
  placeOf,
  selectFields,
  sortFew,
} from "@throughline/core";
import { type Entry, keyRange, storedKey, wholeRow } from "./keys.ts";
import { answerOf, walk } from "./requests.ts";

type Selection = Pick<Query, "shape" | "prefix" | "range" | "after" | "direction">;

export async function findRow(
  transaction: IDBTransaction,
  tenant: string,
  kind: Kind,
  key: Key,
): Promise<Row | undefined> {
  const store = transaction.objectStore(kind.name);
  const request = isUniqueName(key)
    ? store.index(`unique.${key.unique}`).get(storedKey(tenant, key.values))
    : store.get(storedKey(tenant, key));
  const entry = await answerOf<Entry | undefined>(request);
  return entry === undefined ? undefined : wholeRow(kind, entry.row);
}

/** Answers what resolving a batch asks. */
export async function lookUp(transaction: IDBTransaction, tenant: string, lookup: Lookup): Promise<Found> {
  switch (lookup.type) {
    case "operation":
      return answerOf(transaction.objectStore("operations").get([tenant, lookup.id]));
    case "record":
      return findRow(transaction, tenant, lookup.kind, lookup.key);
    case "removed": {
      const key = [lookup.kind.name, ...storedKey(tenant, lookup.key)];
      const request = transaction.objectStore("removed_keys").get(key);
      return (await answerOf<{ revision: number } | undefined>(request))?.revision ?? 0;
    }
    case "prefix": {
      const rows: Row[] = [];
      await walkRows(transaction, tenant, lookup.kind, { ...lookup, direction: "forward" }, (row) => {
        rows.push(row);
        return rows.length < lookup.limit;
      });
      return rows;
    }
  }
}

/** A page: filters are checked on what is scanned, and the scan is bounded. */
export async function queryPage(
  transaction: IDBTransaction,
  tenant: string,
  kind: Kind,
  query: Query,
  now: number,
): Promise<Page> {
  const scan = (rest: Query, most: number, firstChunk: number): Promise<Scanned> =>
    scanPage(transaction, tenant, kind, rest, { now, most, firstChunk });
  // One more than a page takes: it tells whether there are others.
  const chunk = Math.min(CHUNK, query.limit + 1);
  const narrow = findNarrowShape(kind, query);
  if (narrow === undefined) return (await scan(query, SCAN_LIMIT, chunk)).page;
  const { page, scanned } = await scan(query, chunk - 1, chunk);
  if (page.next === undefined || page.rows.length === query.limit) return page;
  if (isRare(page.rows.length, scanned)) {
    const found: Row[] = [];
    const selection = { ...narrow, direction: "forward" } as const;
    await walkRows(transaction, tenant, kind, selection, (row) => found.push(row) <= FEW_ROWS);
    const sorted = sortFew(kind, query, found, now);
    if (sorted !== undefined) return firstOf(kind, query, sorted);
  }
  const rest = { ...query, after: page.next, limit: query.limit - page.rows.length };
  const more = await scan(rest, SCAN_LIMIT - scanned, CHUNK);
  return { ...more.page, rows: [...page.rows, ...more.page.rows] };
}

function firstOf(kind: Kind, { limit, shape, select }: Query, sorted: readonly Row[]): Page {
  const rows = sorted.slice(0, limit).map((row) => selectFields(kind, row, select));
  const last = sorted[limit - 1];
  return sorted.length > limit && last !== undefined ? { rows, next: placeOf(kind, shape, last) } : { rows };
}

interface Scanned {
  readonly page: Page;
  readonly scanned: number;
}

/** What is wanted of the next `most` records. */
async function scanPage(
  transaction: IDBTransaction,
  tenant: string,
  kind: Kind,
  query: Query,
  { now, most, firstChunk }: { readonly now: number; readonly most: number; readonly firstChunk: number },
): Promise<Scanned> {
  const rows: Row[] = [];
  let scanned = 0;
  let last: Row | undefined;
  let isFull = false;
  const visit = (row: Row): boolean => {
    isFull = rows.length === query.limit || scanned === most;
    if (isFull) return false;
    if (!isExpired(kind, row, now) && passesFilters(row, query.where))
      rows.push(selectFields(kind, row, query.select));
    scanned += 1;
    last = row;
    return true;
  };
  await walkRows(transaction, tenant, kind, query, visit, firstChunk);
  const isMore = isFull && last !== undefined;
  return { page: isMore ? { rows, next: placeOf(kind, query.shape, last as Row) } : { rows }, scanned };
}

export async function countRows(
  transaction: IDBTransaction,
  tenant: string,
  kind: Kind,
  count: Count,
  now: number,
): Promise<number> {
  const selection = { ...count, direction: "forward" } as const;
  if (kind.expires === undefined && (count.where ?? []).length === 0) {
    const range = keyRange(tenant, selection);
    return range === undefined ? 0 : answerOf<number>(orderedBy(transaction, kind, count.shape).count(range));
  }
  let counted = 0;
  await walkRows(transaction, tenant, kind, selection, (row) => {
    if (!isExpired(kind, row, now) && passesFilters(row, count.where)) counted += 1;
    return true;
  });
  return counted;
}

/** Records that are fetched at once: one at a time is slow, all of them may be too many. */
const CHUNK = 250;

async function walkRows(
  transaction: IDBTransaction,
  tenant: string,
  kind: Kind,
  selection: Selection,
  visit: (row: Row) => boolean,
  firstChunk = CHUNK,
): Promise<void> {
  const source = orderedBy(transaction, kind, selection.shape);
  let range = keyRange(tenant, selection);
  for (let count = firstChunk; range !== undefined; count = CHUNK) {
    const entries = await fetchChunk(source, range, selection.direction, count);
    if (!entries.every(({ row }) => visit(wholeRow(kind, row))) || entries.length < count) return;
    const last = (entries.at(-1) as Entry).row;
    range = keyRange(tenant, { ...selection, after: placeOf(kind, selection.shape, last) });
  }
}

/** What newer browsers have: many records at once, in both directions. */
interface FetchesBothWays {
  getAllRecords(options: {
    readonly query: IDBKeyRange;
    readonly direction: IDBCursorDirection;
    readonly count: number;
  }): IDBRequest<unknown>;
}

async function fetchChunk(
  source: (IDBObjectStore | IDBIndex) & Partial<FetchesBothWays>,
  query: IDBKeyRange,
  direction: "forward" | "backward",
  count: number,
): Promise<readonly Entry[]> {
  if (direction === "forward") return answerOf<readonly Entry[]>(source.getAll(query, count));
  if (source.getAllRecords !== undefined) {
    const request = source.getAllRecords({ query, direction: "prev", count });
    return (await answerOf<readonly { value: Entry }[]>(request)).map(({ value }) => value);
  }
  const entries: Entry[] = [];
  await walk(source.openCursor(query, "prev"), ({ value }) => entries.push(value as Entry) < count);
  return entries;
}

function orderedBy(transaction: IDBTransaction, kind: Kind, shape: string): IDBObjectStore | IDBIndex {
  const store = transaction.objectStore(kind.name);
  return shape === KEY_SHAPE ? store : store.index(`shapes.${shape}`);
}
