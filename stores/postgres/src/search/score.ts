/**
 * How well a message answers a query. As every hit has every word of the query, the rarity of words would change little.
 * What counts is how often they occur, ever less with each time, and how long the message is, much as in BM25. The
 * formula is PostgreSQL's `ts_rank` over a length; the same is computed here for messages that are not indexed yet.
 */
import type { TextClause, Tokens } from "@throughline/core";
import { findForms } from "@throughline/core";
import { quoteLexeme } from "./lexeme.ts";

/** Words of a message that is neither held to be long nor short. */
const USUAL_LENGTH = 100;
/** Occurrences that the index keeps at least. */
const MOST_OCCURRENCES = 250;
/** The limit of 1 + 1/4 + 1/9 + … */
const LIMIT = Math.PI ** 2 / 6;

interface Term {
  readonly token: string;
  readonly isPrefix: boolean;
}

/** Scores the texts of one search. */
export class Scorer {
  readonly #terms: readonly Term[];
  /** The words to be counted, as a `tsquery`. */
  readonly query: string;

  constructor(required: readonly TextClause[]) {
    const terms = new Map<string, Term>();
    for (const clause of required) {
      for (const form of findForms(clause)) {
        for (const [index, token] of form.entries()) {
          const isPrefix = clause.prefix === true && index === form.length - 1;
          const written = isPrefix ? `${quoteLexeme(token)}:*` : quoteLexeme(token);
          terms.set(written, { token, isPrefix });
        }
      }
    }
    this.#terms = [...terms.values()];
    this.query = [...terms.keys()].join(" | ");
  }

  /** Begins the score of one text, whose tokens come step by step. */
  begin(): TextScore {
    return new TextScore(this.#terms);
  }
}

/** The score of one text on its way. */
class TextScore {
  readonly #terms: readonly Term[];
  readonly #exact: ReadonlySet<string>;
  readonly #prefixes: readonly string[];
  /** Of the words that count, how often each occurs. */
  readonly #counts = new Map<string, number>();
  #length = 0;

  constructor(terms: readonly Term[]) {
    this.#terms = terms;
    this.#exact = new Set(terms.filter(({ isPrefix }) => !isPrefix).map(({ token }) => token));
    this.#prefixes = terms.filter(({ isPrefix }) => isPrefix).map(({ token }) => token);
  }

  add({ words, whole }: Tokens): void {
    this.#length += words.length;
    for (const list of [words, whole]) {
      for (const token of list) {
        if (!this.#exact.has(token) && !this.#prefixes.some((prefix) => token.startsWith(prefix))) continue;
        this.#counts.set(token, (this.#counts.get(token) ?? 0) + 1);
      }
    }
  }

  end(): number {
    let sum = 0;
    for (const { token, isPrefix } of this.#terms) {
      if (!isPrefix) {
        sum += weigh(this.#counts.get(token) ?? 0);
        continue;
      }
      for (const [word, count] of this.#counts) if (word.startsWith(token)) sum += weigh(count);
    }
    return sum / this.#terms.length / lengthFactor(this.#length);
  }
}

/** The SQL of the score: of the best slice, where there are several. */
export function scoreSql(rank: string, length: string): string {
  return `(${rank})::double precision / (0.6 + 0.4 * ${length} / ${USUAL_LENGTH}.0)::double precision`;
}

/** The SQL of how often words occur in a slice. */
export function rankSql(words: string, query: string): string {
  return `ts_rank('{1,1,1,1}', ${words}, ${query})`;
}

function lengthFactor(length: number): number {
  return 0.6 + (0.4 * length) / USUAL_LENGTH;
}

function weigh(count: number): number {
  let sum = 0;
  for (let occurrence = 1; occurrence <= Math.min(count, MOST_OCCURRENCES); occurrence += 1)
    sum += 1 / occurrence ** 2;
  return sum / LIMIT;
}
