/** In which messages of a segment a clause of a query occurs: as `compileTextQuery` says, by postings. */
import { type TextClause, findForms } from "../../text/text-query.ts";
import type { PostingList } from "./posting-list.ts";
import type { PostingSource } from "./posting-source.ts";
import { type Places, countInWhole, countInWords } from "./postings.ts";

/** Where a clause occurs, and how often; the numbers of the messages rise. */
export interface ClauseMatches {
  readonly messages: readonly number[];
  readonly frequency: readonly number[];
  /** In about how many messages of the segment it occurs, those beside `among` counted. */
  readonly texts: number;
}

/** Matches a clause; with `among`, only in messages of these numbers, which rise. */
export function matchClause(
  clause: TextClause,
  source: PostingSource,
  among?: readonly number[],
): ClauseMatches {
  const forms = findForms(clause);
  const counts = new Counts(source);
  let texts = 0;
  for (const form of forms) {
    const isPrefix = clause.prefix === true;
    const [only] = form;
    if (only !== undefined && form.length === 1) {
      source.scan(only, isPrefix, (message, bytes, offset) => counts.addPosting(message, bytes, offset));
      texts = counts.messages;
    } else {
      const lists = form.map((word, index) => source.list(word, isPrefix && index === form.length - 1));
      texts += Math.min(...lists.map(({ length }) => length));
      countPhrase(lists, among, counts);
    }
  }
  return { ...counts.collect(among), texts };
}

/** How often something occurs in each message of a segment: in its words, and in its identifiers. */
class Counts {
  readonly #from: number;
  readonly #words: Uint32Array;
  readonly #whole: Uint32Array;
  /** Messages in which something occurs. */
  messages = 0;

  constructor({ range: { from, to } }: PostingSource) {
    this.#from = from;
    this.#words = new Uint32Array(to - from);
    this.#whole = new Uint32Array(to - from);
  }

  addPosting(message: number, bytes: Uint8Array, offset: number): void {
    this.add(message, countInWords(bytes, offset), countInWhole(bytes, offset));
  }

  add(message: number, words: number, whole: number): void {
    const index = message - this.#from;
    const wordsBefore = this.#words[index] as number;
    const wholeBefore = this.#whole[index] as number;
    if (wordsBefore + wholeBefore === 0) this.messages += 1;
    this.#words[index] = wordsBefore + words;
    this.#whole[index] = wholeBefore + whole;
  }

  /** What is found in `words` and in `whole` counts as often as in the one that has it more often. */
  collect(among: readonly number[] | undefined): Pick<ClauseMatches, "messages" | "frequency"> {
    const messages: number[] = [];
    const frequency: number[] = [];
    const length = among?.length ?? this.#words.length;
    for (let place = 0; place < length; place += 1) {
      const index = among === undefined ? place : (among[place] as number) - this.#from;
      const count = Math.max(this.#words[index] as number, this.#whole[index] as number);
      if (count === 0) continue;
      messages.push(index + this.#from);
      frequency.push(count);
    }
    return { messages, frequency };
  }
}

/** Counts where the words of a phrase follow each other, in messages that have them all. */
function countPhrase(
  lists: readonly PostingList[],
  among: readonly number[] | undefined,
  counts: Counts,
): void {
  const places = lists.map(() => 0);
  let next = 0;
  for (let message = 0; ;) {
    if (among !== undefined) {
      while (next < among.length && (among[next] as number) < message) next += 1;
      if (next === among.length) return;
      message = among[next] as number;
    }
    const common = seekAll(lists, places, message);
    if (common === undefined) return;
    if (common > message) {
      // It has to be among those that are wanted, and in all lists.
      message = common;
      continue;
    }
    const found = lists.map((list, index) => list.placesFrom(places[index] as number));
    const words = countSequences(found.map((place) => place.words));
    const whole = countSequences(found.map((place) => place.whole));
    if (words + whole > 0) counts.add(message, words, whole);
    message += 1;
  }
}

/** Moves every list to `message`; answers it, or the first message after it that they may have in common. */
function seekAll(lists: readonly PostingList[], places: number[], message: number): number | undefined {
  let target = message;
  for (const [index, list] of lists.entries()) {
    const place = list.seek(target, places[index] as number);
    places[index] = place;
    const found = list.messageAt(place);
    if (found === undefined) return undefined;
    target = found;
  }
  return target;
}

/** How often places follow each other: one of the first list, the next number in the second, and so on. */
function countSequences(lists: readonly Places["words"][]): number {
  let starts = Array.from(lists[0] ?? []);
  for (let offset = 1; offset < lists.length && starts.length > 0; offset += 1) {
    const list = lists[offset] ?? [];
    let next = 0;
    starts = starts.filter((start) => {
      while (next < list.length && (list[next] as number) < start + offset) next += 1;
      return list[next] === start + offset;
    });
  }
  return starts.length;
}
