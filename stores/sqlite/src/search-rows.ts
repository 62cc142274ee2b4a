/**
 * The rows of the search index that a message has: nearly always one, with the message's key. A large text has several,
 * its slices, so that none takes long to write; their keys are below zero. They overlap by a phrase's length: a phrase of
 * the text is whole in one of them.
 */
import type { Tokens } from "@throughline/core";
import { toFts5Text } from "@throughline/core";
import type { Connection } from "./connection.ts";

/** UTF-16 units beyond which a text has slices. */
export const LARGE_TEXT = 256 * 1024;
/** A phrase of a query has at most 64 tokens. */
const OVERLAP = 63;
/** Slices that a message may have; each holds at least 64 Ki units of its text. */
const SLICES = 65_536;

export interface RowText {
  readonly words: string;
  readonly whole: string;
}

export function sliceKey(messageKey: number, slice: number): number {
  return -(messageKey * SLICES + slice);
}

/** The SQL of the message's key, of a slice's. */
export function messageOfSlice(rowid: string): string {
  return `(-${rowid} / ${SLICES})`;
}

/** Makes the slices of a text from its tokens, given in order. */
export class Slicer {
  #words: string[] = [];
  #whole: string[] = [];

  next({ words, whole }: Tokens): RowText {
    const slice = { words: [...this.#words, ...words], whole: [...this.#whole, ...whole] };
    this.#words = slice.words.slice(-OVERLAP);
    this.#whole = slice.whole.slice(-OVERLAP);
    return toFts5Text(slice);
  }
}

/** Whether any message has slices. */
export function hasSlices(connection: Connection): boolean {
  return connection.readRow(`SELECT 1 FROM search_index_docsize WHERE id < 0 LIMIT 1`) !== undefined;
}

/** Removes a message's slices, from one on. */
export function removeSlices(connection: Connection, messageKey: number, from: number): void {
  const rows = connection.readRows(
    `SELECT id FROM search_index_docsize WHERE id BETWEEN ? AND ?`,
    sliceKey(messageKey, SLICES - 1),
    sliceKey(messageKey, from),
  );
  for (const [id = null] of rows) connection.run(`DELETE FROM search_index WHERE rowid = ?`, id);
}
