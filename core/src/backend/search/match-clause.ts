/** In which messages of a segment a clause of a query occurs: as `compileTextQuery` says, by postings. */
import { type TextClause, findForms } from "../../text/text-query.ts";
import type { PostingList } from "./posting-list.ts";

/** Gives the postings of a word of the query. */
export type FindPostings = (word: string, isPrefix: boolean) => PostingList;

/** How often a clause occurs, by message; the numbers of the messages rise. */
export interface ClauseMatches {
  readonly messages: readonly number[];
  readonly frequency: readonly number[];
  /** In about how many messages the clause occurs, those beside `among` counted. */
  readonly texts: number;
}

/** Matches a clause; with `among`, in messages of these numbers only, which rise. */
export function matchClause(
  clause: TextClause,
  find: FindPostings,
  among?: readonly number[],
): ClauseMatches {
  const forms = findForms(clause);
  const counts = new Map<number, { words: number; whole: number }>();
  let texts = 0;
  for (const form of forms) {
    const lists = form.map((word, index) => find(word, clause.prefix === true && index === form.length - 1));
    texts += Math.min(...lists.map(({ length }) => length));
    countForm(lists, among, (message, words, whole) => {
      const known = counts.get(message);
      if (known === undefined) counts.set(message, { words, whole });
      else {
        known.words += words;
        known.whole += whole;
      }
    });
  }
  const messages = [...counts.keys()];
  // Each form comes in order; of several forms, the later ones stand behind.
  if (forms.length > 1) messages.sort((left, right) => left - right);
  const frequency = messages.map((message) => {
    const { words = 0, whole = 0 } = counts.get(message) ?? {};
    return Math.max(words, whole);
  });
  return { messages, frequency, texts };
}

type TakeCount = (message: number, words: number, whole: number) => void;

function countForm(
  lists: readonly PostingList[],
  among: readonly number[] | undefined,
  take: TakeCount,
): void {
  const [only] = lists;
  if (only === undefined || lists.length > 1) {
    countPhrase(lists, among, take);
    return;
  }
  let next = 0;
  only.count((message, words, whole) => {
    if (among !== undefined) {
      while (next < among.length && (among[next] as number) < message) next += 1;
      if (among[next] !== message) return;
    }
    take(message, words, whole);
  });
}

/** Counts where the words follow each other, in messages that have them all. */
function countPhrase(
  lists: readonly PostingList[],
  among: readonly number[] | undefined,
  take: TakeCount,
): void {
  const places = lists.map(() => 0);
  for (let message = 0, index = 0; ; message += 1) {
    if (among !== undefined) {
      while (index < among.length && (among[index] as number) < message) index += 1;
      if (index === among.length) return;
      message = among[index] as number;
    }
    const common = seekAll(lists, places, message);
    if (common === undefined) return;
    if (common !== message) {
      // Begins again at that message, which has to be among those that are wanted.
      message = common - 1;
      continue;
    }
    const found = lists.map((list, list_) => list.placesFrom(places[list_] as number));
    const words = countSequences(found.map((place) => place.words));
    const whole = countSequences(found.map((place) => place.whole));
    if (words > 0 || whole > 0) take(message, words, whole);
  }
}

/** Moves every list to `message`, or to the first message after it that they may have in common. */
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
function countSequences(lists: readonly (readonly number[])[]): number {
  let starts = lists[0] ?? [];
  for (let offset = 1; offset < lists.length && starts.length > 0; offset += 1) {
    const list = lists[offset] as readonly number[];
    let next = 0;
    starts = starts.filter((start) => {
      while (next < list.length && (list[next] as number) < start + offset) next += 1;
      return list[next] === start + offset;
    });
  }
  return starts.length;
}
