import { tokenizeInSteps } from "../../text/tokenize-in-steps.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { SegmentEntry } from "./index-state.ts";
import type { IndexedMessage } from "./indexed-message.ts";
import { PLACES_A_POSTING } from "./postings.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { sortInTurns } from "./sort-in-turns.ts";
import type { TenantStore } from "./tenant-store.ts";
import { WordPlaces } from "./word-places.ts";

/** Words of a large text or segment after which others may have a turn. */
const WORDS_A_TURN = 1_024;

/** Gathers messages in memory, to be written as one segment. They have to be added in order. */
export class SegmentBuilder {
  readonly #messages: IndexedMessage[] = [];
  /** Words have numbers, as columns are quicker than objects. */
  readonly #numbers = new Map<string, number>();
  readonly #words: string[] = [];
  /** For each word, its postings in turn: message, and where in `places` they start and end. */
  readonly #postings: number[][] = [];
  readonly #places = new ByteWriter(64 * 1024);
  readonly #inWords = new WordPlaces();
  readonly #inWhole = new WordPlaces();
  readonly #rest: () => Promise<void>;

  /** `rest` lets others have a turn, if it is time. */
  constructor(rest: () => Promise<void>) {
    this.#rest = rest;
  }

  /** About how large the segment will be. */
  get bytes(): number {
    return 2 * this.#places.length;
  }

  /** Adds a message; one without words is left out, as nothing finds it. No other may be added meanwhile. */
  async add(message: Omit<IndexedMessage, "length">, text: string): Promise<void> {
    const touched: number[] = [];
    const take = (token: string, places: WordPlaces): void => {
      const word = this.#numberOf(token);
      if (this.#inWords.count(word) + this.#inWhole.count(word) === 0) touched.push(word);
      places.add(word);
    };
    for (const { words, whole } of tokenizeInSteps(text)) {
      for (const token of words) take(token, this.#inWords);
      for (const token of whole) take(token, this.#inWhole);
      await this.#rest();
    }
    if (touched.length === 0) return;
    const number = this.#messages.push({ ...message, length: this.#inWords.length }) - 1;
    for (const [index, word] of touched.entries()) {
      this.#addPostings(word, number);
      if (index % WORDS_A_TURN === WORDS_A_TURN - 1) await this.#rest();
    }
    this.#inWords.begin();
    this.#inWhole.begin();
  }

  #numberOf(token: string): number {
    let number = this.#numbers.get(token);
    if (number === undefined) {
      number = this.#words.push(token) - 1;
      this.#numbers.set(token, number);
      this.#postings.push([]);
    }
    return number;
  }

  #addPostings(word: number, message: number): void {
    const postings = this.#postings[word] as number[];
    for (;;) {
      const words = Math.min(this.#inWords.count(word), PLACES_A_POSTING);
      const whole = Math.min(this.#inWhole.count(word), PLACES_A_POSTING);
      if (words + whole === 0) return;
      const start = this.#places.length;
      this.#places.writeNumber(2 * words + (whole > 0 ? 1 : 0));
      this.#inWords.write(word, this.#places, words);
      if (whole > 0) this.#places.writeNumber(whole);
      this.#inWhole.write(word, this.#places, whole);
      postings.push(message, start, this.#places.length);
    }
  }

  /** Writes the segment; undefined if there is nothing to write. */
  async write(store: TenantStore, version: string): Promise<SegmentEntry | undefined> {
    if (this.#messages.length === 0) return undefined;
    const writer = new SegmentWriter(store, version, this.#messages);
    const places = this.#places.view();
    const words = await sortInTurns(this.#words, this.#rest);
    for (const [index, word] of words.entries()) {
      const postings = this.#postings[this.#numberOf(word)] as number[];
      for (let next = 0; next < postings.length; next += 3) {
        const message = postings[next] as number;
        writer.addPosting(word, message, places, postings[next + 1] as number, postings[next + 2] as number);
        if (writer.isFull) await writer.flush();
      }
      if (index % WORDS_A_TURN === WORDS_A_TURN - 1) await this.#rest();
    }
    return writer.end();
  }
}
