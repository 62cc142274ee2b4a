import type { Kind, Page, Query, Row } from "@throughline/core";
import {
  FEW_ROWS,
  SCAN_LIMIT,
  findNarrowShape,
  isExpired,
  isRare,
  passesFilters,
  placeOf,
  selectFields,
  sortFew,
} from "@throughline/core";
import type { Answering } from "./answering.ts";
import { heavyFields } from "./answering.ts";
import type { Database } from "./database.ts";
import type { Overlay } from "./overlay.ts";
import { rowOf } from "./row-document.ts";
import { Scan } from "./scan.ts";

/** Records that are read at once after a first page, where filters refuse many. */
const FILTERED_AT_ONCE = 500;

/** A page of a query. */
export class QueryAnswer implements Answering {
  readonly #scan: Scan;
  /** All with the value of a filter: read where few of the first ones passed the filters, as these may be few. */
  readonly #narrow: Scan | undefined;
  readonly #kind: Kind;
  readonly #query: Query;
  readonly #now: number;
  #fetches = 0;
  #isNarrowed = false;

  constructor(database: Database, tenant: string, kind: Kind, query: Query, now: number) {
    this.#kind = kind;
    this.#query = query;
    this.#now = now;
    const filtered = new Set(query.where?.map(({ field }) => field));
    const leaveOut = query.select === "all" ? [] : heavyFields(kind).filter((name) => !filtered.has(name));
    this.#scan = new Scan(database, tenant, kind, query, leaveOut);
    const narrow = findNarrowShape(kind, query);
    if (narrow !== undefined) this.#narrow = new Scan(database, tenant, kind, narrow, leaveOut);
  }

  async fetch(seen: Overlay): Promise<void> {
    const newer = seen.of(this.#kind.name).size;
    // One more tells whether there are others; records that the log has newer do not count.
    const wanted = this.#query.limit + 1 + newer;
    this.#fetches += 1;
    if (this.#fetches === 1) return this.#scan.fetch(wanted);
    if (this.#fetches === 2 && this.#narrow !== undefined && this.#isRareIn(seen)) {
      this.#isNarrowed = true;
      return this.#narrow.fetch(FEW_ROWS + 1 + newer);
    }
    this.#isNarrowed = false;
    return this.#scan.fetch(Math.max(wanted, FILTERED_AT_ONCE));
  }

  #isRareIn(seen: Overlay): boolean {
    const documents = this.#scan.merged(seen);
    const rows = documents.map((document) => rowOf(this.#kind, document));
    const passed = rows.filter((row) => passesFilters(row, this.#query.where));
    return isRare(passed.length, documents.length);
  }

  answer(overlay: Overlay): Page | undefined {
    return this.#isNarrowed ? this.#answerFew(overlay) : this.#answerScanned(overlay);
  }

  /** The page from all records with the value of a filter; undefined where they are not few. */
  #answerFew(overlay: Overlay): Page | undefined {
    if (this.#narrow?.isExhausted !== true) return undefined;
    const kind = this.#kind;
    const { limit, select, shape } = this.#query;
    const found = this.#narrow.merged(overlay).map((document) => rowOf(kind, document));
    const sorted = sortFew(kind, this.#query, found, this.#now);
    if (sorted === undefined) return undefined;
    const rows = sorted.slice(0, limit).map((row) => selectFields(kind, row, select));
    const last = sorted[limit - 1];
    return sorted.length > limit && last !== undefined
      ? { rows, next: placeOf(kind, shape, last) }
      : { rows };
  }

  #answerScanned(overlay: Overlay): Page | undefined {
    const kind = this.#kind;
    const { limit, where, select, shape } = this.#query;
    const documents = this.#scan.merged(overlay);
    const rows: Row[] = [];
    for (const [index, document] of documents.entries()) {
      const row = rowOf(kind, document);
      if (!isExpired(kind, row, this.#now) && passesFilters(row, where))
        rows.push(selectFields(kind, row, select));
      const isFull = rows.length === limit || index + 1 === SCAN_LIMIT;
      if (!isFull) continue;
      const isLast = index + 1 === documents.length;
      if (isLast && !this.#scan.isExhausted) return undefined;
      return isLast ? { rows } : { rows, next: placeOf(kind, shape, row) };
    }
    return this.#scan.isExhausted ? { rows } : undefined;
  }
}
