/** Postings: in which messages of a segment a word stands, and where in them. */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

/** Where a word stands in one message: in its sequence of words, and in that of its identifiers. */
export interface Places {
  readonly words: readonly number[] | Uint32Array;
  readonly whole: readonly number[] | Uint32Array;
}

/** Places in one posting; of a word that stands in more, the message has several postings in a row. */
export const PLACES_A_POSTING = 4_096;

export function decodePlaces(bytes: Uint8Array, offset: number): Places {
  const reader = new ByteReader(bytes, offset);
  const header = reader.readNumber();
  const words = readRising(reader, header >>> 1);
  return { words, whole: header % 2 === 1 ? readRising(reader, reader.readNumber()) : [] };
}

/** How often a word stands in the sequence of words: quicker than its places. */
export function countInWords(bytes: Uint8Array, offset: number): number {
  const header = bytes[offset] ?? 0;
  return (header < 128 ? header : new ByteReader(bytes, offset).readNumber()) >>> 1;
}

/** How often it stands in the sequence of identifiers. */
export function countInWhole(bytes: Uint8Array, offset: number): number {
  // The first byte tells it for nearly every word.
  return (bytes[offset] ?? 0) % 2 === 0 ? 0 : decodePlaces(bytes, offset).whole.length;
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

  /** Adds a posting, whose places stand in `bytes` from `start` to `end`. */
  add(message: number, bytes: Uint8Array, start: number, end: number): void {
    this.#writer.writeNumber(message - this.#previous);
    this.#writer.writeNumber(end - start);
    this.#writer.writeBytes(bytes, start, end);
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
