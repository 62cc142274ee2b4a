/** Pages, counts and gets with filters and expiry, for drivers that answer at once and for those that answer later. */
import type { Count, Get, Key, Kind, KeyValues, Page, Query, Row } from "@throughline/core";
import {
  SCAN_LIMIT,
  isExpired,
  isRare,
  keyOf,
  orderOf,
  passesFilters,
  placeOf,
  selectFields,
  sortFew,
} from "@throughline/core";
import { type SelectiveField, type SelectiveValue, findSelective } from "./few-rows.ts";
import { selectedFields } from "./row-mapper.ts";
import type { Selection } from "./select-rows.ts";

/** What paging asks of the database: records of a selection, or the records of keys. */
export type PageAsk =
  | {
      readonly type: "select";
      readonly selection: Selection;
      readonly fields: readonly string[];
      readonly limit: number;
    }
  | {
      /** All records with a value that an index leads to, if they are few; one more than are few, if not. */
      readonly type: "few";
      readonly selective: SelectiveValue;
      readonly fields: readonly string[];
    }
  | { readonly type: "find"; readonly keys: readonly Key[]; readonly fields: readonly string[] };

/** Asks for records, one question after another. Keys without a record are answered by undefined. */
export type Paging<Result> = Generator<PageAsk, Result, readonly (Row | undefined)[]>;

/** Runs what asks for a driver that answers at once. */
export function answerAtOnce<Result>(
  paging: Paging<Result>,
  answer: (ask: PageAsk) => readonly (Row | undefined)[],
): Result {
  let step = paging.next();
  while (step.done !== true) step = paging.next(answer(step.value));
  return step.value;
}

/** What a store knows of reading pages. */
interface PageSettings {
  readonly now: number;
  /** The most records that are read at once where filters or expiry let few of them through. */
  readonly chunk: number;
  readonly selective?: ReadonlyMap<string, SelectiveField> | undefined;
}

/** Records are read whole, though some of them are left out, where at least one of so many is wanted. */
const WORTH_READING = 3;

/** A page: filters are checked on what is scanned, and the scan is bounded. */
export function* queryPage(kind: Kind, query: Query, settings: PageSettings): Paging<Page> {
  const { now, chunk } = settings;
  const { fields, narrow, isExact } = readFields(kind, query);
  const isFiltered = (query.where ?? []).length > 0 || kind.expires !== undefined;
  const rows: Row[] = [];
  let scanned = 0;
  let after = query.after;
  // Most filters let nearly everything through.
  for (let read = fields, size = query.limit; ;) {
    const wanted = isFiltered ? Math.min(size, SCAN_LIMIT - scanned) : query.limit;
    // One more than wanted tells whether this is the end.
    const found = (yield {
      type: "select",
      selection: { ...query, after },
      fields: read,
      limit: wanted + 1,
    }) as readonly Row[];
    const isEnd = found.length <= wanted;
    const count = isEnd ? found.length : wanted;
    const passed: Row[] = [];
    let last: Row | undefined;
    for (let index = 0; index < count && last === undefined; index += 1) {
      const row = found[index] as Row;
      scanned += 1;
      if (!isExpired(kind, row, now) && passesFilters(row, query.where)) passed.push(row);
      const isLast = isEnd && index === count - 1;
      const isFull = rows.length + passed.length === query.limit || scanned === SCAN_LIMIT;
      if (!isLast && isFull) last = row;
    }
    const isWhole = read === fields;
    for (const row of isWhole ? passed : yield* findWhole(kind, passed, fields)) {
      if (row !== undefined) rows.push(isExact ? row : selectFields(kind, row, query.select));
    }
    if (last !== undefined) return { rows, next: placeOf(kind, query.shape, last) };
    if (isEnd) return { rows };
    after = placeOf(kind, query.shape, found[count - 1] as Row);
    if (scanned === count && isRare(rows.length, scanned)) {
      const few = yield* fewRows(kind, { ...query, after, limit: query.limit - rows.length }, settings);
      if (few !== undefined) return { ...few, rows: [...rows, ...few.rows] };
    }
    // Where few get through, only what filters look at is read from then on, as much as should fill the page.
    const isWorth = rows.length * WORTH_READING >= scanned;
    const missing = query.limit - rows.length;
    read = isWorth ? fields : narrow;
    size = Math.min(
      chunk,
      Math.max(query.limit, Math.ceil((missing * 1.2 * scanned) / Math.max(rows.length, 0.1))),
    );
  }
}

/** The rest of a page from the index of one of its filters, if that leads to few records. */
function* fewRows(
  kind: Kind,
  query: Query,
  { now, selective: selectiveFields }: PageSettings,
): Paging<Page | undefined> {
  const selective = findSelective(selectiveFields, query.where);
  if (selective === undefined) return undefined;
  const { fields, narrow, isExact } = readFields(kind, query);
  const found = (yield { type: "few", selective, fields: narrow }) as readonly Row[];
  const sorted = sortFew(kind, query, found, now);
  if (sorted === undefined) return undefined;
  const wanted = sorted.slice(0, query.limit);
  const whole = (yield* findWhole(kind, wanted, fields)).filter((row) => row !== undefined);
  const rows = isExact ? whole : whole.map((row) => selectFields(kind, row, query.select));
  const last = wanted.at(-1);
  return sorted.length > wanted.length && last !== undefined
    ? { rows, next: placeOf(kind, query.shape, last) }
    : { rows };
}

function* findWhole(
  kind: Kind,
  rows: readonly Row[],
  fields: readonly string[],
): Paging<readonly (Row | undefined)[]> {
  return rows.length === 0 ? [] : yield { type: "find", keys: rows.map((row) => keyOf(kind, row)), fields };
}

interface ReadFields {
  readonly fields: readonly string[];
  /** Only what orders it, and what filters and expiry look at. */
  readonly narrow: readonly string[];
  /** Whether `fields` are no more than was asked for. */
  readonly isExact: boolean;
}

const known = new WeakMap<Kind, Map<string, ReadFields>>();
/** Lists of a kind that are remembered: callers choose what they filter by. */
const LISTS = 500;

type FieldsQuery = Pick<Query, "shape" | "select" | "where">;

/** What has to be read: what was asked for, what orders it, and what filters and expiry look at. */
function readFields(kind: Kind, { shape, select, where }: FieldsQuery): ReadFields {
  const ofKind = known.get(kind) ?? new Map<string, ReadFields>();
  known.set(kind, ofKind);
  const filtered = [...new Set((where ?? []).map(({ field }) => field))].toSorted();
  const name = [shape, select, ...filtered].join(" ");
  let read = ofKind.get(name);
  if (read === undefined) {
    const selected = selectedFields(kind, select);
    const expires = kind.expires === undefined ? [] : [kind.expires];
    const narrow = [...new Set([...orderOf(kind, shape), ...filtered, ...expires])];
    const fields = [...new Set([...selected, ...narrow])];
    const isExact = fields.length === selected.length;
    read = { fields: isExact ? selected : fields, narrow, isExact };
    if (ofKind.size >= LISTS) ofKind.clear();
    ofKind.set(name, read);
  }
  return read;
}

/** Whether SQL alone can count a selection: nothing has to be looked at. */
export function isCountedBySql(kind: Kind, { where }: Count): boolean {
  return (where ?? []).length === 0 && kind.expires === undefined;
}

/** Counts a selection by reading it in chunks. */
export function* countRows(kind: Kind, count: Count, now: number): Paging<number> {
  const { shape, where } = count;
  const query: Query = { ...count, type: "query", direction: "forward", limit: SCAN_LIMIT, select: "key" };
  const { fields } = readFields(kind, query);
  let counted = 0;
  for (let after: KeyValues | undefined; ;) {
    const selection = { ...query, after };
    const found = (yield { type: "select", selection, fields, limit: SCAN_LIMIT }) as readonly Row[];
    counted += found.filter((row) => !isExpired(kind, row, now) && passesFilters(row, where)).length;
    const last = found.at(-1);
    if (found.length < SCAN_LIMIT || last === undefined) return counted;
    after = placeOf(kind, shape, last);
  }
}

/** The records of keys, without those that have ended. */
export function* getRows(kind: Kind, { keys, select }: Get, now: number): Paging<(Row | undefined)[]> {
  const { fields, isExact } = readFields(kind, { shape: "key", select });
  const rows = keys.length === 0 ? [] : yield { type: "find", keys, fields };
  return rows.map((row) => {
    if (row === undefined || isExpired(kind, row, now)) return undefined;
    return isExact ? row : selectFields(kind, row, select);
  });
}
