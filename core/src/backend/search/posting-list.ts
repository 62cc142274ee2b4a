import { type Places, decodePlaces } from "./postings.ts";

/** Postings in the order of their messages, as columns. A message may have several in a row. */
export class PostingList {
  #messages: number[] = [];
  #bytes: Uint8Array[] = [];
  #offsets: number[] = [];

  /** Adds a posting, whose places are at an offset. */
  readonly add = (message: number, bytes: Uint8Array, offset: number): void => {
    this.#messages.push(message);
    this.#bytes.push(bytes);
    this.#offsets.push(offset);
  };

  get length(): number {
    return this.#messages.length;
  }

  /** The message of a posting; undefined beyond the last. */
  messageAt(index: number): number | undefined {
    return this.#messages[index];
  }

  /** The first posting at or after `start` of this message, or of a later one. */
  seek(message: number, start: number): number {
    let index = start;
    while (index < this.#messages.length && (this.#messages[index] as number) < message) index += 1;
    return index;
  }

  /** All places in the message of a posting, its first one. */
  placesFrom(index: number): Places {
    const message = this.#messages[index];
    const first = this.#placesAt(index);
    if (this.#messages[index + 1] !== message) return first;
    const words = [...first.words];
    const whole = [...first.whole];
    for (let next = index + 1; this.#messages[next] === message; next += 1) {
      const more = this.#placesAt(next);
      for (const place of more.words) words.push(place);
      for (const place of more.whole) whole.push(place);
    }
    return { words: sortedPlaces(words), whole: sortedPlaces(whole) };
  }

  #placesAt(index: number): Places {
    return decodePlaces(this.#bytes[index] as Uint8Array, this.#offsets[index] as number);
  }

  /** Puts postings of several words, added one word after another, into the order of their messages. */
  sort(): void {
    const order = this.#messages.map((_, index) => index);
    order.sort((left, right) => (this.#messages[left] as number) - (this.#messages[right] as number));
    const at = <Element>(column: readonly Element[]): Element[] =>
      order.map((index) => column[index] as Element);
    this.#messages = at(this.#messages);
    this.#bytes = at(this.#bytes);
    this.#offsets = at(this.#offsets);
  }
}

/** A prefix may be that of hundreds of thousands of words of one message: numbers by themselves sort quicker. */
function sortedPlaces(places: readonly number[]): Uint32Array {
  return Uint32Array.from(places).toSorted();
}
