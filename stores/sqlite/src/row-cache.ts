/**
 * Rows that were read a short while ago. Of a row that is here only the revision is read again: the newest messages of a
 * conversation and the first page of sessions are asked for again and again, and most of their cost is the driver's, by
 * the column.
 *
 * A row is known by a number that never stands for another record (a session's, or its and a position), and by its
 * revision, which every change raises. So what another process writes is noticed, and what was erased is not found.
 */
import type { Row } from "@throughline/core";

/** UTF-16 units of text that may be kept, twice at most, for the newer and the older half. */
const HALF = 2 * 1024 * 1024;
/** Longer rows are read from the file: reading them costs more than their columns. */
const LONGEST = 32 * 1024;
/** What a row takes beside its text. */
const OVERHEAD = 300;

export class RowCache {
  #newer = new Half();
  #older = new Half();

  /** Whether rows of this group are here: elsewhere it is not worth looking. */
  knows(group: number): boolean {
    return this.#newer.groups.has(group) || this.#older.groups.has(group);
  }

  /** A copy of the row with this revision: callers may do with it what they like. */
  find(group: number, key: number, revision: number): Row | undefined {
    let row = this.#newer.rows.get(key);
    if (row === undefined) {
      row = this.#older.rows.get(key);
      if (row?.revision === revision) this.#keep(group, key, row);
    }
    return row?.revision === revision ? { ...row } : undefined;
  }

  /** Keeps a copy of a row. */
  keep(group: number, key: number, row: Row): void {
    this.#keep(group, key, { ...row });
  }

  clear(): void {
    this.#newer = new Half();
    this.#older = new Half();
  }

  #keep(group: number, key: number, row: Row): void {
    const size = sizeOf(row);
    if (size > LONGEST) return;
    if (this.#newer.size + size > HALF) {
      this.#older = this.#newer;
      this.#newer = new Half();
    }
    this.#newer.rows.set(key, row);
    this.#newer.groups.add(group);
    this.#newer.size += size;
  }
}

class Half {
  readonly rows = new Map<number, Row>();
  readonly groups = new Set<number>();
  size = 0;
}

function sizeOf(row: Row): number {
  let size = OVERHEAD;
  for (const name in row) {
    const value = row[name];
    if (typeof value === "string") size += value.length;
  }
  return size;
}
