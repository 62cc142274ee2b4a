import { scanText } from "../../text/scan-text.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { SegmentEntry } from "./index-state.ts";
import type { IndexedMessage } from "./indexed-message.ts";
import { PLACES_A_POSTING } from "./postings.ts";
import { SegmentWriter } from "./segment-writer.ts";
import type { TenantStore } from "./tenant-store.ts";
import { WordPlaces } from "./word-places.ts";

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

  /** About how large the segment will be. */
  get bytes(): number {
    return 2 * this.#places.length;
  }

  /** Adds a message; one without words is left out, as nothing finds it. */
  add(message: Omit<IndexedMessage, "length">, text: string): void {
    const touched: number[] = [];
    const take = (token: string, places: WordPlaces): void => {
      const word = this.#numberOf(token);
      if (this.#inWords.count(word) + this.#inWhole.count(word) === 0) touched.push(word);
      places.add(word);
    };
    const takeWhole = (token: string): void => take(token, this.#inWhole);
    scanText(text, {
      word: (token) => take(token, this.#inWords),
      whole: takeWhole,
      part: takeWhole,
    });
    if (touched.length === 0) return;
    const number = this.#messages.push({ ...message, length: this.#inWords.length }) - 1;
    for (const word of touched) this.#addPostings(word, number);
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
    // Without a function, texts are sorted as the index has them: by UTF-16 units.
    for (const word of this.#words.toSorted()) {
      const postings = this.#postings[this.#numberOf(word)] as number[];
      for (let index = 0; index < postings.length; index += 3) {
        const message = postings[index] as number;
        writer.addPosting(
          word,
          message,
          places,
          postings[index + 1] as number,
          postings[index + 2] as number,
        );
      }
      if (writer.isFull) await writer.flush();
    }
    return writer.end();
  }
}
