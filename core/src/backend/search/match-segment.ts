import { type TextQuery, findForms } from "../../text/text-query.ts";
import type { Directory, NumberRange } from "./directory.ts";
import { findWordBlocks } from "./directory.ts";
import { type ClauseMatches, matchClause } from "./match-clause.ts";
import { PostingSource } from "./posting-source.ts";

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
  /** For each required clause, how often it occurs in each of them. */
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
  const source = new PostingSource(range, (word, isPrefix) =>
    findWordBlocks(directory, word, isPrefix, range).map((number) => blocks.get(number) as Uint8Array),
  );
  const textsWithClause: number[] = [];
  const matches: ClauseMatches[] = [];
  for (const clause of query.required) {
    const match = matchClause(clause, source, matches.at(-1)?.messages);
    textsWithClause.push(match.texts);
    matches.push(match);
  }
  const last = matches.at(-1)?.messages ?? [];
  if (last.length === 0) return { messages: [], frequency: matches.map(() => []), textsWithClause };
  const excluded = new Set(query.excluded.flatMap((clause) => matchClause(clause, source, last).messages));
  const messages = excluded.size === 0 ? last : last.filter((message) => !excluded.has(message));
  return { messages, frequency: matches.map((match) => alignFrequency(messages, match)), textsWithClause };
}

/** The frequencies of some of a clause's messages. */
function alignFrequency(messages: readonly number[], match: ClauseMatches): readonly number[] {
  if (match.messages.length === messages.length) return match.frequency;
  let place = 0;
  return messages.map((message) => {
    while ((match.messages[place] as number) < message) place += 1;
    return match.frequency[place] as number;
  });
}
