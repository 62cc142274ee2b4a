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
  #newer = new Map<number, Row>();
  #older = new Map<number, Row>();
  #size = 0;
  /** Groups of which rows were kept: elsewhere it is not worth looking. */
  #groups = new Set<number>();

  /** Whether rows of this group may be here. */
  knows(group: number): boolean {
    return this.#groups.has(group);
  }

  /** A copy of the row with this revision: callers may do with it what they like. */
  find(key: number, revision: number): Row | undefined {
    let row = this.#newer.get(key);
    if (row === undefined) {
      row = this.#older.get(key);
      if (row?.revision === revision) this.#keep(key, row);
    }
    return row?.revision === revision ? { ...row } : undefined;
  }

  /** Keeps a copy of a row. */
  keep(group: number, key: number, row: Row): void {
    this.#groups.add(group);
    this.#keep(key, { ...row });
  }

  clear(): void {
    this.#newer.clear();
    this.#older.clear();
    this.#groups.clear();
    this.#size = 0;
  }

  #keep(key: number, row: Row): void {
    const size = sizeOf(row);
    if (size > LONGEST) return;
    if (this.#size + size > HALF) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#size = 0;
    }
    this.#newer.set(key, row);
    this.#size += size;
  }
}

function sizeOf(row: Row): number {
  let size = OVERHEAD;
  for (const name in row) {
    const value = row[name];
    if (typeof value === "string") size += value.length;
  }
  return size;
}
