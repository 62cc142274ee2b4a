import type { Kind, Page, Query, Row } from "@throughline/core";
import { SCAN_LIMIT, isExpired, passesFilters, placeOf, selectFields } from "@throughline/core";
import type { Answering } from "./answering.ts";
import { heavyFields } from "./answering.ts";
import type { Database } from "./database.ts";
import type { Overlay } from "./overlay.ts";
import { rowOf } from "./row-document.ts";
import { Scan } from "./scan.ts";

/** Records that are read at once where filters may refuse many. */
const FILTERED_AT_ONCE = 500;

/** A page of a query. */
export class QueryAnswer implements Answering {
  readonly #scan: Scan;
  readonly #kind: Kind;
  readonly #query: Query;
  readonly #now: number;
  #fetches = 0;

  constructor(database: Database, tenant: string, kind: Kind, query: Query, now: number) {
    this.#kind = kind;
    this.#query = query;
    this.#now = now;
    const filtered = new Set(query.where?.map(({ field }) => field));
    const leaveOut = query.select === "all" ? [] : heavyFields(kind).filter((name) => !filtered.has(name));
    this.#scan = new Scan(database, tenant, kind, query, leaveOut);
  }

  async fetch(seen: Overlay): Promise<void> {
    const { limit, where } = this.#query;
    // One more tells whether there are others; records that the log has newer do not count.
    const wanted = limit + 1 + seen.of(this.#kind.name).size;
    const isFiltered = (where?.length ?? 0) > 0 || this.#kind.expires !== undefined || this.#fetches > 0;
    this.#fetches += 1;
    await this.#scan.fetch(isFiltered ? Math.max(wanted, FILTERED_AT_ONCE) : wanted);
  }

  answer(overlay: Overlay): Page | undefined {
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
