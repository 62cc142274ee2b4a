import type { NumberRange } from "./directory.ts";
import { type Places, countPlaces, decodePlaces, readPostings } from "./postings.ts";
import { readWordBlock } from "./word-blocks.ts";

/**
 * The postings of a word, or of all words that begin with it, in the order of their messages. A message may have several
 * in a row. Kept as columns: there may be a hundred thousand.
 */
export class PostingList {
  /** The number of each posting's message. */
  #messages: number[] = [];
  #bytes: Uint8Array[] = [];
  #offsets: number[] = [];

  /** Collects the postings of messages in a range from blocks. */
  static collect(
    blocks: readonly Uint8Array[],
    wanted: string,
    isPrefix: boolean,
    { from, to }: NumberRange,
  ): PostingList {
    const list = new PostingList();
    const words = new Set<string>();
    for (const block of blocks) {
      readWordBlock(block, (word, postings) => {
        if (word !== wanted && !(isPrefix && word.startsWith(wanted))) return;
        words.add(word);
        readPostings(postings, (message, bytes, offset) => {
          if (message < from || message >= to) return;
          list.#messages.push(message);
          list.#bytes.push(bytes);
          list.#offsets.push(offset);
        });
      });
    }
    if (words.size > 1) list.#sort();
    return list;
  }

  get length(): number {
    return this.#messages.length;
  }

  /** Calls `take` for each message with how often the word stands in it. */
  count(take: (message: number, words: number, whole: number) => void): void {
    let words = 0;
    let whole = 0;
    for (let index = 0; index < this.#messages.length; index += 1) {
      const counted = countPlaces(this.#bytes[index] as Uint8Array, this.#offsets[index] as number);
      words += counted.words;
      whole += counted.whole;
      const message = this.#messages[index] as number;
      if (message === this.#messages[index + 1]) continue;
      take(message, words, whole);
      words = 0;
      whole = 0;
    }
  }

  /** The first posting at or after `start` of this message, or of a later one. */
  seek(message: number, start: number): number {
    let index = start;
    while (index < this.#messages.length && (this.#messages[index] as number) < message) index += 1;
    return index;
  }

  messageAt(index: number): number | undefined {
    return this.#messages[index];
  }

  /** All places of the word in the message of a posting, its first one. */
  placesFrom(index: number): Places {
    const message = this.#messages[index];
    const first = decodePlaces(this.#bytes[index] as Uint8Array, this.#offsets[index] as number);
    if (this.#messages[index + 1] !== message) return first;
    const words = [...first.words];
    const whole = [...first.whole];
    for (let next = index + 1; this.#messages[next] === message; next += 1) {
      const more = decodePlaces(this.#bytes[next] as Uint8Array, this.#offsets[next] as number);
      words.push(...more.words);
      whole.push(...more.whole);
    }
    return { words: words.toSorted(byValue), whole: whole.toSorted(byValue) };
  }

  /** Postings of several words, collected one word after another, by message. */
  #sort(): void {
    const order = this.#messages.map((_, index) => index);
    order.sort((left, right) => (this.#messages[left] as number) - (this.#messages[right] as number));
    const at = <Element>(column: readonly Element[]): Element[] =>
      order.map((index) => column[index] as Element);
    this.#messages = at(this.#messages);
    this.#bytes = at(this.#bytes);
    this.#offsets = at(this.#offsets);
  }
}

function byValue(left: number, right: number): number {
  return left - right;
}
