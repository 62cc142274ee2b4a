import type { Count, Kind, KeyValues, Page, Query, Row } from "@throughline/core";
import {
  SCAN_LIMIT,
  isExpired,
  keyOf,
  orderOf,
  passesFilters,
  placeOf,
  selectFields,
} from "@throughline/core";
import { selectedFields } from "./row-mapper.ts";
import type { Scope } from "./scope.ts";
import { findRow, makeCondition, selectRows } from "./select-rows.ts";
import type { Table } from "./table.ts";

/** Records read at once where filters or expiry let few of them through. */
const CHUNK = 500;

/** A page: filters are checked on what is scanned, and the scan is bounded. */
export function queryPage(scope: Scope, table: Table, query: Query, now: number): Page {
  const { kind } = table;
  const { fields, narrow, isExact } = readFields(kind, query);
  const isFiltered = (query.where ?? []).length > 0 || kind.expires !== undefined;
  const rows: Row[] = [];
  let scanned = 0;
  let after = query.after;
  // Most filters let nearly everything through. Where one does not, only what it looks at is read from then on.
  for (let read = fields, chunk = query.limit; ; read = narrow, chunk = CHUNK) {
    const wanted = isFiltered ? Math.min(chunk, SCAN_LIMIT - scanned) : query.limit;
    // One more than wanted tells whether this is the end.
    const found = selectRows(scope, table, { ...query, after }, read, wanted + 1);
    const isEnd = found.length <= wanted;
    const count = isEnd ? found.length : wanted;
    for (let index = 0; index < count; index += 1) {
      const row = found[index] as Row;
      scanned += 1;
      if (!isExpired(kind, row, now) && passesFilters(row, query.where)) {
        const whole = read === fields ? row : findRow(scope, table, keyOf(kind, row), fields);
        if (whole !== undefined) rows.push(isExact ? whole : selectFields(kind, whole, query.select));
      }
      const isLast = isEnd && index === count - 1;
      if (!isLast && (rows.length === query.limit || scanned === SCAN_LIMIT)) {
        return { rows, next: placeOf(kind, query.shape, row) };
      }
    }
    if (isEnd) return { rows };
    after = placeOf(kind, query.shape, found[count - 1] as Row);
  }
}

interface ReadFields {
  readonly fields: readonly string[];
  /** Only what orders it, and what filters and expiry look at. */
  readonly narrow: readonly string[];
  /** Whether `fields` are no more than was asked for. */
  readonly isExact: boolean;
}

const known = new WeakMap<Kind, Map<string, ReadFields>>();

/** What has to be read: what was asked for, what orders it, and what filters and expiry look at. */
function readFields(kind: Kind, { shape, select, where }: Query): ReadFields {
  const ofKind = known.get(kind) ?? new Map<string, ReadFields>();
  known.set(kind, ofKind);
  const filtered = (where ?? []).map(({ field }) => field);
  const name = [shape, select, ...filtered].join(" ");
  let read = ofKind.get(name);
  if (read === undefined) {
    const selected = selectedFields(kind, select);
    const expires = kind.expires === undefined ? [] : [kind.expires];
    const narrow = [...new Set([...orderOf(kind, shape), ...filtered, ...expires])];
    const fields = [...new Set([...selected, ...narrow])];
    const isExact = fields.length === selected.length;
    read = { fields: isExact ? selected : fields, narrow, isExact };
    ofKind.set(name, read);
  }
  return read;
}

/** Counts a selection: in SQL where nothing has to be looked at, else by reading it in chunks. */
export function countRows(scope: Scope, table: Table, count: Count, now: number): number {
  const { kind } = table;
  const { shape, prefix, range, where } = count;
  if ((where ?? []).length === 0 && kind.expires === undefined) {
    const condition = makeCondition(scope, table, { shape, prefix, range, direction: "forward" });
    if (condition === undefined) return 0;
    const sql = `SELECT count(*) FROM ${condition.place.from} WHERE ${condition.describe().where}`;
    return scope.connection.readNumber(sql, ...condition.values);
  }
  const query: Query = { ...count, type: "query", direction: "forward", limit: SCAN_LIMIT, select: "key" };
  const { fields } = readFields(kind, query);
  let counted = 0;
  for (let after: KeyValues | undefined; ;) {
    const found = selectRows(scope, table, { ...query, after }, fields, SCAN_LIMIT);
    counted += found.filter((row) => !isExpired(kind, row, now) && passesFilters(row, where)).length;
    const last = found.at(-1);
    if (found.length < SCAN_LIMIT || last === undefined) return counted;
    after = placeOf(kind, shape, last);
  }
}
