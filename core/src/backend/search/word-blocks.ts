/** Blocks of words: a sorted dictionary with the postings in it, cut into records of about equal size. */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { WordBlockStart } from "./directory.ts";
import { PostingsWriter } from "./postings.ts";

/** Bytes of a block; the places of one word in one message may make it somewhat larger. */
const WORD_BLOCK_BYTES = 16 * 1_024;

/** Makes blocks of words that come in order, each with its postings in order. */
export class WordBlockWriter {
  readonly #emit: (start: WordBlockStart, bytes: Uint8Array) => void;
  readonly #block = new ByteWriter(2 * WORD_BLOCK_BYTES);
  readonly #postings = new PostingsWriter(2 * WORD_BLOCK_BYTES);
  #start: WordBlockStart | undefined;
  #previous = "";
  #word = "";
  /** The first message of the postings that are not in a block yet. */
  #message = 0;

  constructor(emit: (start: WordBlockStart, bytes: Uint8Array) => void) {
    this.#emit = emit;
  }

  /** Adds a posting; words and their messages have to come in order. */
  add(word: string, message: number, bytes: Uint8Array, start: number, end: number): void {
    if (word !== this.#word) {
      this.#endWord();
      this.#word = word;
    }
    const size = this.#block.length + this.#postings.length + end - start;
    if (size > WORD_BLOCK_BYTES && this.#block.length + this.#postings.length > 0) {
      this.#endWord();
      this.#endBlock();
    }
    if (this.#postings.length === 0) this.#message = message;
    this.#postings.add(message, bytes, start, end);
  }

  end(): void {
    this.#endWord();
    this.#endBlock();
  }

  /** Puts what there is of a word into the block. */
  #endWord(): void {
    const postings = this.#postings.view();
    if (postings.length === 0) return;
    const word = this.#word;
    this.#start ??= { word, message: this.#message };
    const shared = sharedLength(this.#previous, word);
    this.#block.writeNumber(shared);
    this.#block.writeText(word.slice(shared));
    this.#block.writeNumber(postings.length);
    this.#block.writeBytes(postings);
    this.#postings.clear();
    this.#previous = word;
  }

  #endBlock(): void {
    if (this.#start !== undefined) this.#emit(this.#start, this.#block.copy());
    this.#block.clear();
    this.#start = undefined;
    this.#previous = "";
  }
}

/** How many units two words have in common at the beginning, whole characters only: a half has no bytes. */
function sharedLength(left: string, right: string): number {
  const limit = Math.min(left.length, right.length);
  let length = 0;
  while (length < limit && left.charCodeAt(length) === right.charCodeAt(length)) length += 1;
  const last = right.charCodeAt(length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}

/** Calls `take` with each word of a block, in order, and its postings there, as long as it answers true. */
export function readWordBlock(
  block: Uint8Array,
  take: (word: string, postings: Uint8Array) => boolean,
): void {
  const reader = new ByteReader(block);
  let word = "";
  let isWanted = true;
  while (isWanted && !reader.isAtEnd) {
    word = word.slice(0, reader.readNumber()) + reader.readText();
    isWanted = take(word, reader.readBytes(reader.readNumber()));
  }
}
