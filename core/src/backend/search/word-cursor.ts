import type { Directory } from "./directory.ts";
import type { SegmentReader } from "./segment-reader.ts";
import { readWordBlock } from "./word-blocks.ts";

/** Goes through the words of a segment in order, a few blocks in memory at a time. */
export class WordCursor {
  readonly #reader: SegmentReader;
  readonly #segment: string;
  readonly #directory: Directory;
  #nextBlock = 0;
  #words: string[] = [];
  #postings: Uint8Array[] = [];
  #index = 0;

  constructor(reader: SegmentReader, segment: string, directory: Directory) {
    this.#reader = reader;
    this.#segment = segment;
    this.#directory = directory;
  }

  /** The word that it stands at; undefined before the first `load` and at the end. */
  get word(): string | undefined {
    return this.#words[this.#index];
  }

  get postings(): Uint8Array {
    return this.#postings[this.#index] as Uint8Array;
  }

  /** Moves to the next word, or more postings of this one; false: `load` has to follow. */
  advance(): boolean {
    this.#index += 1;
    return this.#index < this.#words.length;
  }

  /** Reads the next blocks; at the end there are none. @throws SegmentGone */
  async load(): Promise<void> {
    this.#words = [];
    this.#postings = [];
    this.#index = 0;
    if (this.#nextBlock >= this.#directory.wordBlocks.length) return;
    const blocks = await this.#reader.readWordBlocksFrom(this.#segment, this.#directory, this.#nextBlock);
    this.#nextBlock += blocks.length;
    for (const block of blocks) {
      readWordBlock(block, (word, postings) => {
        this.#words.push(word);
        return this.#postings.push(postings) > 0;
      });
    }
  }
}
