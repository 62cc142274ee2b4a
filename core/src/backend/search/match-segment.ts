import { type TextQuery, findForms } from "../../text/text-query.ts";
import type { Directory, NumberRange } from "./directory.ts";
import { findWordBlocks } from "./directory.ts";
import { type ClauseMatches, type FindPostings, matchClause } from "./match-clause.ts";
import { PostingList } from "./posting-list.ts";

/** A word that a query needs the postings of, or all words that begin with it. */
export interface WantedWord {
  readonly word: string;
  readonly isPrefix: boolean;
}

/** The words of a query, each once. */
export function wordsOfQuery({ required, excluded }: TextQuery): WantedWord[] {
  const wanted = new Map<string, WantedWord>();
  for (const clause of [...required, ...excluded]) {
    for (const form of findForms(clause)) {
      for (const [index, word] of form.entries()) {
        const isPrefix = clause.prefix === true && index === form.length - 1;
        wanted.set(nameOf(word, isPrefix), { word, isPrefix });
      }
    }
  }
  return [...wanted.values()];
}

function nameOf(word: string, isPrefix: boolean): string {
  return isPrefix ? `${word} *` : word;
}

/** A query on one segment, before its blocks are there. */
export interface SegmentQuery {
  readonly segment: string;
  readonly directory: Directory;
  /** The messages that are searched. */
  readonly range: NumberRange;
}

/** The blocks of words that a query needs, each once. */
export function findNeededBlocks({ directory, range }: SegmentQuery, words: readonly WantedWord[]): number[] {
  const blocks = words.flatMap(({ word, isPrefix }) => findWordBlocks(directory, word, isPrefix, range));
  return [...new Set(blocks)];
}

export interface SegmentMatches {
  /** The numbers of the messages that match, rising. */
  readonly messages: readonly number[];
  /** How often each required clause occurs, by message. */
  readonly frequency: readonly (readonly number[])[];
  /** In about how many messages each required clause occurs. */
  readonly textsWithClause: readonly number[];
}

/** Finds the messages of a segment that match, given its blocks by number. */
export function matchSegment(
  query: TextQuery,
  { directory, range }: SegmentQuery,
  blocks: ReadonlyMap<number, Uint8Array>,
): SegmentMatches {
  const lists = new Map<string, PostingList>();
  const find: FindPostings = (word, isPrefix) => {
    const name = nameOf(word, isPrefix);
    let list = lists.get(name);
    if (list === undefined) {
      const numbers = findWordBlocks(directory, word, isPrefix, range);
      const needed = numbers.map((number) => blocks.get(number) as Uint8Array);
      list = PostingList.collect(needed, word, isPrefix, range);
      lists.set(name, list);
    }
    return list;
  };
  const textsWithClause: number[] = [];
  const matches: ClauseMatches[] = [];
  for (const clause of query.required) {
    const match = matchClause(clause, find, matches.at(-1)?.messages);
    textsWithClause.push(match.texts);
    matches.push(match);
  }
  const last = matches.at(-1)?.messages ?? [];
  const excluded = new Set(
    last.length === 0 ? [] : query.excluded.flatMap((clause) => matchClause(clause, find, last).messages),
  );
  const messages = last.filter((message) => !excluded.has(message));
  return { messages, frequency: alignFrequencies(messages, matches), textsWithClause };
}

/** Each message's frequencies. Every clause's messages hold those of the clauses after it. */
function alignFrequencies(messages: readonly number[], matches: readonly ClauseMatches[]): number[][] {
  const places = matches.map(() => 0);
  return messages.map((message) =>
    matches.map((match, clause) => {
      let place = places[clause] as number;
      while ((match.messages[place] as number) < message) place += 1;
      places[clause] = place;
      return match.frequency[place] as number;
    }),
  );
}
