/** Reading records inside a transaction. */
import type { Count, Found, Key, Kind, Lookup, Page, Query, Row } from "@throughline/core";
import {
  KEY_SHAPE,
  SCAN_LIMIT,
  isExpired,
  isUniqueName,
  passesFilters,
  placeOf,
  selectFields,
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
  const rows: Row[] = [];
  let scanned = 0;
  let last: Row | undefined;
  let isFull = false;
  await walkRows(transaction, tenant, kind, query, (row) => {
    isFull = rows.length === query.limit || scanned === SCAN_LIMIT;
    if (isFull) return false;
    if (!isExpired(kind, row, now) && passesFilters(row, query.where))
      rows.push(selectFields(kind, row, query.select));
    scanned += 1;
    last = row;
    return true;
  });
  return isFull && last !== undefined ? { rows, next: placeOf(kind, query.shape, last) } : { rows };
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
): Promise<void> {
  const source = orderedBy(transaction, kind, selection.shape);
  let range = keyRange(tenant, selection);
  while (range !== undefined) {
    const entries = await fetchChunk(source, range, selection.direction);
    if (!entries.every(({ row }) => visit(wholeRow(kind, row))) || entries.length < CHUNK) return;
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
): Promise<readonly Entry[]> {
  if (direction === "forward") return answerOf<readonly Entry[]>(source.getAll(query, CHUNK));
  if (source.getAllRecords !== undefined) {
    const request = source.getAllRecords({ query, direction: "prev", count: CHUNK });
    return (await answerOf<readonly { value: Entry }[]>(request)).map(({ value }) => value);
  }
  const entries: Entry[] = [];
  await walk(source.openCursor(query, "prev"), ({ value }) => entries.push(value as Entry) < CHUNK);
  return entries;
}

function orderedBy(transaction: IDBTransaction, kind: Kind, shape: string): IDBObjectStore | IDBIndex {
  const store = transaction.objectStore(kind.name);
  return shape === KEY_SHAPE ? store : store.index(`shapes.${shape}`);
}
