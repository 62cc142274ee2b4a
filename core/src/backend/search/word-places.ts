import type { ByteWriter } from "./byte-writer.ts";

/**
 * Where each word stands in one sequence of tokens: chains through the places of the sequence, so that nothing is made for
 * each word.
 */
export class WordPlaces {
  /** By the number of the word: its first place, its last one, and how many there are. */
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #count: number[] = [];
  /** By place: the next place of the same word. */
  readonly #next: number[] = [];
  #length = 0;

  /** Tokens of the sequence. */
  get length(): number {
    return this.#length;
  }

  /** How many places of a word are not written yet. */
  count(word: number): number {
    return this.#count[word] ?? 0;
  }

  /** Adds the next token of the sequence. */
  add(word: number): void {
    while (this.#count.length <= word) {
      this.#first.push(0);
      this.#last.push(0);
      this.#count.push(0);
    }
    const place = this.#length;
    if (this.#count[word] === 0) this.#first[word] = place;
    else this.#next[this.#last[word] as number] = place;
    this.#last[word] = place;
    this.#count[word] = (this.#count[word] as number) + 1;
    this.#length += 1;
    this.#next[place] = -1;
  }

  /** Writes the next places of a word: rising, the first as it is, the others as differences. */
  write(word: number, writer: ByteWriter, count: number): void {
    if (count === 0) return;
    let place = this.#first[word] as number;
    let previous = 0;
    for (let written = 0; written < count; written += 1) {
      writer.writeNumber(place - previous);
      previous = place;
      place = this.#next[place] as number;
    }
    this.#first[word] = place;
    this.#count[word] = (this.#count[word] as number) - count;
  }

  /** Begins a new sequence, once all places of the old one are written. */
  begin(): void {
    this.#length = 0;
  }
}
