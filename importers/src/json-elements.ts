/**
 * Cuts a JSON array into its elements while it is read, with the place of each: an array is never in memory as a whole.
 * It looks at strings and brackets only; whoever parses an element finds what else is wrong with it. Parsers that stream
 * give values, not the bytes that they stood for, and take several times as long.
 */

import { joinBytes } from "./join-bytes.ts";

export interface JsonElement {
  /** Offset of its first byte. */
  readonly offset: number;
  readonly length: number;
  /** The line that it begins on, from 1. */
  readonly line: number;
  /** Line endings up to its end. */
  readonly lines: number;
  /** Absent when there is a problem. */
  readonly bytes?: Uint8Array;
  /** `cut-short`: the bytes ended within it, or before the array did. */
  readonly problem?: "too-long" | "cut-short" | "no-list";
}

export interface JsonElementsOptions {
  /** A list may be wrapped: `{"<key>": [...]}`. An object without this key is given as the only element. */
  readonly key: string;
  /** Goes on behind an element of the list that ended at this offset. Absent: the beginning of the file. */
  readonly from?: { readonly offset: number; readonly lines: number };
  /** A longer element is passed over and reported, so that memory stays bounded. Default: 64 MiB. */
  readonly limitBytes?: number;
}

const defaultLimitBytes = 64 * 1024 * 1024;

/** The key of a list is looked for so many bytes before it. */
const farthestKey = 256;

const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

export async function* jsonElements(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonElementsOptions,
): AsyncGenerator<JsonElement, void, undefined> {
  const scanner = new Scanner(options);
  for await (const chunk of chunks) {
    yield* scanner.push(chunk);
    if (scanner.isDone) return;
  }
  const rest = scanner.end();
  if (rest !== undefined) yield rest;
}

type Place = "start" | "between" | "inside" | "done";

class Scanner {
  readonly #key: Uint8Array;
  readonly #limitBytes: number;
  #place: Place;
  /** Of the first byte of the next chunk. */
  #offset: number;
  #lines: number;

  // The element that is open.
  #begin = 0;
  #beginLine = 0;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #depth = 0;
  #isQuoted = false;
  #isEscaped = false;
  /** The file's only value, in which the list may be found. */
  #isWrapper = false;

  constructor({ key, from, limitBytes = defaultLimitBytes }: JsonElementsOptions) {
    this.#key = new TextEncoder().encode(JSON.stringify(key));
    this.#limitBytes = limitBytes;
    this.#place = from === undefined ? "start" : "between";
    this.#offset = from?.offset ?? 0;
    this.#lines = from?.lines ?? 0;
  }

  get isDone(): boolean {
    return this.#place === "done";
  }

  *push(chunk: Uint8Array): Generator<JsonElement, void, undefined> {
    let at = 0;
    while (at < chunk.length && this.#place !== "done") {
      if (this.#place !== "inside") {
        const found = this.#pass(chunk, at);
        if (typeof found === "object") yield found;
        else at = found;
        continue;
      }
      const start = at;
      at = this.#scan(chunk, at);
      const isClosed = this.#isClosed();
      if (isClosed && this.#isWrapper && !this.isDone) {
        // The list was found within: what was held is none of it.
        this.#isWrapper = false;
        this.#forget();
        continue;
      }
      this.#hold(chunk.subarray(start, at));
      if (isClosed) yield this.#finish();
    }
    this.#offset += chunk.length;
  }

  #isClosed(): boolean {
    return this.#place !== "inside";
  }

  /** What is left when the bytes end. */
  end(): JsonElement | undefined {
    if (this.#place === "done") return undefined;
    const isInside = this.#place === "inside";
    const offset = isInside ? this.#begin : this.#offset;
    const line = (isInside ? this.#beginLine : this.#lines) + 1;
    return { offset, length: this.#offset - offset, line, lines: this.#lines, problem: "cut-short" };
  }

  /** Passes over what stands between elements, to the first byte of the next. */
  #pass(chunk: Uint8Array, from: number): number | JsonElement {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === newline) this.#lines += 1;
      else if (byte === 0x20 || byte === 0x0d || byte === 0x09) continue;
      else if (this.#place === "between" && byte === comma) continue;
      else if (this.#place === "between" && byte === closeBracket) {
        this.#place = "done";
        return at + 1;
      } else if (this.#place === "between") return this.#open(at, false);
      else if (byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
      else if (byte === openBracket) this.#place = "between";
      else if (byte === openBrace) return this.#open(at, true);
      else {
        this.#place = "done";
        const offset = this.#offset + at;
        return { offset, length: 1, line: this.#lines + 1, lines: this.#lines, problem: "no-list" };
      }
    }
    return chunk.length;
  }

  #open(at: number, isWrapper: boolean): number {
    this.#place = "inside";
    this.#begin = this.#offset + at;
    this.#beginLine = this.#lines;
    this.#depth = 0;
    this.#isQuoted = false;
    this.#isEscaped = false;
    this.#isWrapper = isWrapper;
    return at;
  }

  /** Goes on within the element, to the byte after its last. */
  #scan(chunk: Uint8Array, from: number): number {
    let at = from;
    let depth = this.#depth;
    let isQuoted = this.#isQuoted;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      at += 1;
    }
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (isQuoted) {
        if (byte === backslash) {
          at += 1;
          if (at === chunk.length) this.#isEscaped = true;
        } else if (byte === quote) {
          isQuoted = false;
          if (depth === 0) return this.#close(at + 1);
        }
      } else if (byte === quote) isQuoted = true;
      else if (byte === openBrace || byte === openBracket) {
        depth += 1;
        if (this.#isWrapper && depth === 2 && byte === openBracket && this.#followsKey(chunk, from, at)) {
          this.#place = "between";
          return at + 1;
        }
      } else if (byte === closeBrace || byte === closeBracket) {
        // A scalar ends with its array. A brace that closes nothing is part of what is wrong: without it, an element
        // of no bytes would be found here again and again.
        if (depth === 0) return this.#close(byte === closeBracket ? at : at + 1);
        depth -= 1;
        if (depth === 0) return this.#close(at + 1);
      } else if (byte === newline) this.#lines += 1;
      else if (byte === comma && depth === 0) return this.#close(at);
    }
    this.#depth = depth;
    this.#isQuoted = isQuoted;
    return chunk.length;
  }

  #close(end: number): number {
    this.#place = this.#isWrapper ? "done" : "between";
    this.#depth = 0;
    this.#isQuoted = false;
    return end;
  }

  /** Whether the bytes before `at` are the list's key and a colon. */
  #followsKey(chunk: Uint8Array, from: number, at: number): boolean {
    const pieces = [chunk.subarray(from, at)];
    let length = at - from;
    for (let index = this.#held.length - 1; index >= 0 && length < farthestKey; index -= 1) {
      const piece = this.#held[index] ?? new Uint8Array(0);
      pieces.unshift(piece);
      length += piece.length;
    }
    let before = joinBytes(pieces);
    before = before.subarray(0, lengthWithoutSpace(before));
    if (before.at(-1) !== 0x3a) return false;
    before = before.subarray(0, lengthWithoutSpace(before.subarray(0, -1)));
    const key = before.subarray(-this.#key.length);
    return key.length === this.#key.length && key.every((byte, index) => byte === this.#key[index]);
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length;
    // Past the limit only the count goes on: the element will be reported, not read.
    if (this.#heldBytes > this.#limitBytes) this.#held = [];
    else if (bytes.length > 0) this.#held.push(bytes);
  }

  #forget(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #finish(): JsonElement {
    const length = this.#heldBytes;
    const held = this.#held;
    this.#forget();
    const place = { offset: this.#begin, length, line: this.#beginLine + 1, lines: this.#lines };
    return length > this.#limitBytes
      ? { ...place, problem: "too-long" }
      : { ...place, bytes: joinBytes(held) };
  }
}

function lengthWithoutSpace(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && [0x20, newline, 0x0d, 0x09].includes(bytes[length - 1] ?? 0)) length -= 1;
  return length;
}
