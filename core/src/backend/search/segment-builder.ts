import { scanText } from "../../text/scan-text.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { SegmentEntry } from "./index-state.ts";
import type { IndexedMessage } from "./indexed-message.ts";
import { PLACES_A_POSTING, PostingsWriter, encodePlaces, readPostings } from "./postings.ts";
import { SegmentWriter } from "./segment-writer.ts";
import type { TenantStore } from "./tenant-store.ts";

/** A word while a segment is built. */
class WordPostings {
  readonly postings = new PostingsWriter();
  /** Its places in the message that is being read. */
  words: number[] = [];
  whole: number[] = [];
}

/** Gathers messages in memory, to be written as one segment. They have to be added in order. */
export class SegmentBuilder {
  readonly #messages: IndexedMessage[] = [];
  readonly #words = new Map<string, WordPostings>();
  readonly #places = new ByteWriter();
  #bytes = 0;

  /** About how large the segment will be. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message; one without words is left out, as nothing finds it. */
  add(message: Omit<IndexedMessage, "length">, text: string): void {
    const touched: string[] = [];
    let words = 0;
    let whole = 0;
    const find = (token: string): WordPostings => {
      let found = this.#words.get(token);
      if (found === undefined) {
        found = new WordPostings();
        this.#words.set(token, found);
      }
      if (found.words.length === 0 && found.whole.length === 0) touched.push(token);
      return found;
    };
    const takeWhole = (token: string): void => {
      find(token).whole.push(whole);
      whole += 1;
    };
    scanText(text, {
      word(token) {
        find(token).words.push(words);
        words += 1;
      },
      whole: takeWhole,
      part: takeWhole,
    });
    if (touched.length === 0) return;
    const number = this.#messages.push({ ...message, length: words }) - 1;
    for (const token of touched) this.#endMessage(token, number);
  }

  #endMessage(token: string, number: number): void {
    const found = this.#words.get(token);
    if (found === undefined) return;
    const { words, whole, postings } = found;
    const before = postings.length;
    const half = PLACES_A_POSTING / 2;
    for (let start = 0; start < Math.max(words.length, whole.length); start += half) {
      this.#places.clear();
      encodePlaces(this.#places, words.slice(start, start + half), whole.slice(start, start + half));
      postings.add(number, this.#places.view());
    }
    found.words = [];
    found.whole = [];
    this.#bytes += postings.length - before + (before === 0 ? token.length + 3 : 0);
  }

  /** Writes the segment; undefined if there is nothing to write. */
  async write(store: TenantStore, version: string): Promise<SegmentEntry | undefined> {
    if (this.#messages.length === 0) return undefined;
    const writer = new SegmentWriter(store, version, this.#messages);
    for (const word of [...this.#words.keys()].toSorted(compareUnits)) {
      const { postings } = this.#words.get(word) as WordPostings;
      readPostings(postings.view(), (message, bytes, offset, end) => {
        writer.addPosting(word, message, bytes.subarray(offset, end));
      });
      if (writer.isFull) await writer.flush();
    }
    return writer.end();
  }
}

/** The order of words in a segment: by UTF-16 units, as `<` has it. */
function compareUnits(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
