/** Postings: in which messages of a segment a word stands, and where in them. */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

/** Where a word stands in one message: in its sequence of words, and in that of its identifiers. */
export interface Places {
  readonly words: readonly number[];
  readonly whole: readonly number[];
}

/** Places in one posting; of a word that stands in more, the message has several postings in a row. */
export const PLACES_A_POSTING = 4_096;

/** Writes the places of a word in a message: rising, as differences. */
export function encodePlaces(writer: ByteWriter, words: readonly number[], whole: readonly number[]): void {
  writer.writeNumber(2 * words.length + (whole.length > 0 ? 1 : 0));
  writeRising(writer, words);
  if (whole.length === 0) return;
  writer.writeNumber(whole.length);
  writeRising(writer, whole);
}

function writeRising(writer: ByteWriter, values: readonly number[]): void {
  let previous = 0;
  for (const value of values) {
    writer.writeNumber(value - previous);
    previous = value;
  }
}

export function decodePlaces(bytes: Uint8Array, offset: number): Places {
  const reader = new ByteReader(bytes, offset);
  const header = reader.readNumber();
  const words = readRising(reader, header >>> 1);
  return { words, whole: header % 2 === 1 ? readRising(reader, reader.readNumber()) : [] };
}

/** How often a word stands in each sequence: quicker than its places. */
export function countPlaces(bytes: Uint8Array, offset: number): { words: number; whole: number } {
  const header = bytes[offset] ?? 0;
  // One byte tells it all for nearly every word: no identifier, and few places.
  if (header < 128 && header % 2 === 0) return { words: header >>> 1, whole: 0 };
  const { words, whole } = decodePlaces(bytes, offset);
  return { words: words.length, whole: whole.length };
}

function readRising(reader: ByteReader, length: number): number[] {
  const values: number[] = [];
  let value = 0;
  for (let index = 0; index < length; index += 1) {
    value += reader.readNumber();
    values.push(value);
  }
  return values;
}

/** Takes one posting: the message's number, and where in `bytes` its places are. */
export type TakePosting = (message: number, bytes: Uint8Array, offset: number, end: number) => void;

/** Writes the postings of one word, in the order of their messages. */
export class PostingsWriter {
  readonly #writer: ByteWriter;
  #previous = 0;

  constructor(capacity = 32) {
    this.#writer = new ByteWriter(capacity);
  }

  get length(): number {
    return this.#writer.length;
  }

  add(message: number, places: Uint8Array): void {
    this.#writer.writeNumber(message - this.#previous);
    this.#writer.writeNumber(places.length);
    this.#writer.writeBytes(places);
    this.#previous = message;
  }

  view(): Uint8Array {
    return this.#writer.view();
  }

  clear(): void {
    this.#writer.clear();
    this.#previous = 0;
  }
}

/** Reads postings one after another. */
export function readPostings(bytes: Uint8Array, take: TakePosting): void {
  const reader = new ByteReader(bytes);
  let message = 0;
  while (!reader.isAtEnd) {
    message += reader.readNumber();
    const length = reader.readNumber();
    const offset = reader.position;
    reader.position += length;
    take(message, bytes, offset, reader.position);
  }
}
