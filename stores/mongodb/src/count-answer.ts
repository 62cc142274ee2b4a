import type { Count, Filter, Kind } from "@throughline/core";
import { isExpired, passesFilters } from "@throughline/core";
import type { Answering } from "./answering.ts";
import type { Database } from "./database.ts";
import { beginningWith, intervalOf, isWithin } from "./ordered-key.ts";
import type { Overlay } from "./overlay.ts";
import type { RecordDocument, RowDocument } from "./row-document.ts";
import { isTombstone, placeText, rowOf } from "./row-document.ts";
import { Scan, conditionsOf } from "./scan.ts";

/** Counts by the server that may fail because somebody wrote meanwhile; then the records are read. */
const TRIES = 3;
const AT_ONCE = 5_000;

/**
 * An exact count. The server counts all but the records that the log has newer, and those are counted here; if the log
 * grew by a record of this kind before that was known, it is done again.
 */
export class CountAnswer implements Answering {
  readonly #database: Database;
  readonly #tenant: string;
  readonly #kind: Kind;
  readonly #count: Count;
  readonly #now: number;
  readonly #scan: Scan;
  #tries = 0;
  #leftOut: ReadonlySet<string> = new Set();
  /** Sessions that were removed: what is left of them is not counted. */
  #removed: ReadonlySet<string> = new Set();
  #counted = 0;

  constructor(database: Database, tenant: string, kind: Kind, count: Count, now: number) {
    this.#database = database;
    this.#tenant = tenant;
    this.#kind = kind;
    this.#count = count;
    this.#now = now;
    const needed = new Set([...(count.where ?? []).map(({ field }) => field), kind.expires]);
    const leaveOut = Object.keys(kind.fields).filter((name) => !needed.has(name));
    this.#scan = new Scan(database, tenant, kind, count, leaveOut);
    // Only the server's own kind of conditions can be left to it.
    if (!(count.where ?? []).every(isEquality)) this.#tries = TRIES;
  }

  async fetch(seen: Overlay): Promise<void> {
    this.#tries += 1;
    if (this.#tries > TRIES) {
      await this.#scan.fetch(AT_ONCE);
      return;
    }
    const newer = seen.of(this.#kind.name);
    this.#leftOut = new Set(newer.keys());
    this.#removed = new Set(seen.removedSessions(this.#kind.name));
    this.#counted = await this.#database.count(this.#kind.name, this.#conditions());
  }

  answer(overlay: Overlay): number | undefined {
    if (this.#tries > TRIES) {
      if (!this.#scan.isExhausted) return undefined;
      return this.#scan.merged(overlay).filter((document) => this.#isCounted(document)).length;
    }
    const { name } = this.#kind;
    const newer = overlay.of(name);
    if (newer.size > this.#leftOut.size) return undefined;
    if (overlay.removedSessions(name).size > this.#removed.size) return undefined;
    const { shape, prefix, range } = this.#count;
    const interval = intervalOf(this.#tenant, prefix, range);
    const isIn = (document: RowDocument): boolean =>
      !isTombstone(document) &&
      !overlay.isGone(name, document._id) &&
      isWithin(interval, placeText(document, shape)) &&
      this.#isCounted(document);
    return this.#counted + [...newer.values()].filter(isIn).length;
  }

  #conditions(): Record<string, unknown> {
    const { shape, prefix, range, where = [] } = this.#count;
    const conditions: Record<string, unknown>[] = [
      conditionsOf(shape, intervalOf(this.#tenant, prefix, range)),
    ];
    if (this.#leftOut.size > 0) conditions.push({ _id: { $nin: [...this.#leftOut] } });
    for (const session of this.#removed) {
      const { from, below } = beginningWith(session);
      conditions.push({ $or: [{ _id: { $lt: from } }, { _id: { $gte: below } }] });
    }
    for (const filter of where)
      if (isEquality(filter)) conditions.push({ [fieldPath(filter.field)]: filter.value });
    const { expires } = this.#kind;
    if (expires !== undefined) {
      conditions.push({ $or: [{ [`r.${expires}`]: 0 }, { [`r.${expires}`]: { $gt: this.#now } }] });
    }
    return { $and: conditions };
  }

  #isCounted(document: RecordDocument): boolean {
    const row = rowOf(this.#kind, document);
    return !isExpired(this.#kind, row, this.#now) && passesFilters(row, this.#count.where);
  }
}

function fieldPath(field: string): string {
  return field === "revision" ? field : `r.${field}`;
}

function isEquality(
  filter: Filter,
): filter is Extract<Filter, { test: "equals" | "differs" }> & { readonly test: "equals" } {
  return filter.test === "equals";
}
