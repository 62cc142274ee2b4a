/**
 * The rows of a message in the index. A `tsvector` has limits: positions up to 16,383, 256 of them for each word, 1 MB in
 * all. So a long message has several slices, in each of which every word keeps all its positions. They overlap by a
 * phrase's length: a phrase of the text is whole in one of them.
 */
import type { Tokens } from "@throughline/core";
import { quoteLexeme } from "./lexeme.ts";

interface Limits {
  readonly tokens: number;
  /** Of the same token. More than the overlap, so that each slice goes on. */
  readonly occurrences: number;
  readonly bytes: number;
}

const wordLimits: Limits = { tokens: 8_000, occurrences: 150, bytes: 400_000 };
const wholeLimits: Limits = { tokens: 8_000, occurrences: 100, bytes: 300_000 };

/** A phrase of a query has at most 64 tokens. */
const OVERLAP = 63;
/** The most UTF-8 bytes of a UTF-16 unit. */
const UNIT_BYTES = 3;
/** Stands after the parts of an identifier. No query has it: its place is kept, so that no phrase goes over it. */
const partsSeparator = "/";

/**
 * The `tsvector` of each slice of a text, in PostgreSQL's notation, made when it is asked for; at least one. `scope` is in
 * every one of them.
 */
export function* sliceTokens({ words, whole }: Tokens, scope: readonly string[]): Generator<string, void> {
  let nextWord = 0;
  let nextWhole = 0;
  do {
    const wordsEnd = findEnd(words, nextWord, wordLimits);
    const wholeEnd = findEnd(whole, nextWhole, wholeLimits);
    const vector = scope.map(quoteLexeme);
    const wholePosition = addLexemes(vector, words, nextWord, wordsEnd, 1);
    // Nothing is between the two, so no phrase goes over from one to the other.
    addLexemes(vector, whole, nextWhole, wholeEnd, wholePosition + 1);
    yield vector.join(" ");
    nextWord = findNext(words, wordsEnd);
    nextWhole = findNext(whole, wholeEnd);
  } while (nextWord < words.length || nextWhole < whole.length);
}

function findEnd(tokens: readonly string[], from: number, limits: Limits): number {
  // Most messages are short.
  if (tokens.length - from <= limits.occurrences) return tokens.length;
  const counts = new Map<string, number>();
  let bytes = 0;
  const end = Math.min(tokens.length, from + limits.tokens);
  for (let index = from; index < end; index += 1) {
    const token = tokens[index] ?? "";
    if (token === partsSeparator) continue;
    const count = (counts.get(token) ?? 0) + 1;
    bytes += token.length * UNIT_BYTES;
    if (count > limits.occurrences || bytes > limits.bytes) return index;
    counts.set(token, count);
  }
  return end;
}

function findNext(tokens: readonly string[], end: number): number {
  return end < tokens.length ? end - OVERLAP : tokens.length;
}

/** Adds each token with its position, from `first` on; the database puts those of the same word together. */
function addLexemes(
  vector: string[],
  tokens: readonly string[],
  from: number,
  end: number,
  first: number,
): number {
  for (let index = from; index < end; index += 1) {
    const token = tokens[index] ?? "";
    if (token !== partsSeparator) vector.push(`${quoteLexeme(token)}:${first + index - from}`);
  }
  return first + end - from;
}
