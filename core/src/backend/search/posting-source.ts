import type { NumberRange } from "./directory.ts";
import { PostingList } from "./posting-list.ts";
import { type TakePosting, readPostings } from "./postings.ts";
import { readWordBlock } from "./word-blocks.ts";

/** The postings of one segment that a query needs, for messages in a range. */
export class PostingSource {
  readonly range: NumberRange;
  readonly #findBlocks: (word: string, isPrefix: boolean) => readonly Uint8Array[];
  readonly #lists = new Map<string, PostingList>();

  constructor(range: NumberRange, findBlocks: (word: string, isPrefix: boolean) => readonly Uint8Array[]) {
    this.range = range;
    this.#findBlocks = findBlocks;
  }

  /**
   * Takes the postings of a word, in the order of their messages; with `isPrefix` those of all words that begin with it,
   * one word after another.
   */
  scan(wanted: string, isPrefix: boolean, take: TakePosting): void {
    const { from, to } = this.range;
    for (const block of this.#findBlocks(wanted, isPrefix)) {
      readWordBlock(block, (word, postings) => {
        const isWanted = word === wanted || (isPrefix && word.startsWith(wanted));
        if (!isWanted) return word < wanted;
        readPostings(postings, (message, bytes, offset, end) => {
          if (message >= from && message < to) take(message, bytes, offset, end);
        });
        return true;
      });
    }
  }

  /** The same as a list, for phrases. */
  list(word: string, isPrefix: boolean): PostingList {
    const name = isPrefix ? `${word} *` : word;
    let list = this.#lists.get(name);
    if (list === undefined) {
      list = new PostingList();
      const { add } = list;
      this.scan(word, isPrefix, (message, bytes, offset) => add(message, bytes, offset));
      if (isPrefix) list.sort();
      this.#lists.set(name, list);
    }
    return list;
  }
}
