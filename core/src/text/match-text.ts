import { classOf, separator } from "./character-class.ts";
import { findPhrase } from "./find-phrase.ts";
import { findLoneForm, type TextClause, type TextQuery } from "./text-query.ts";
import { tokenize, type Tokens } from "./tokenize.ts";

/** How a text answers a query. */
export interface TextMatch {
  readonly matched: boolean;
  /** How often each required clause occurs, in the order of the query; all zero if the text doesn't match. */
  readonly frequency: readonly number[];
  /** The number of words of the text; zero where the text was rejected before its words were counted. */
  readonly length: number;
}

/** A query made ready for many texts. */
export interface TextMatcher {
  match(tokens: Tokens): TextMatch;
  /** The same for a text; quicker than `match(tokenize(text))`, as most texts are rejected unread. */
  matchText(text: string): TextMatch;
}

/**
 * Makes the matcher of a query. It defines the set of hits: every store, whatever its index, must find the same.
 *
 * - A text matches if every required clause occurs in it and no excluded one does. An empty query matches nothing.
 * - A clause of one word occurs where that word is one of the words or one of the whole forms.
 * - A clause of several words occurs where they follow each other among the words, or, if the clause has a whole form,
 *   where that is one of the words or one of the whole forms. A phrase never goes over from words to whole forms.
 * - In a prefix clause the last word, and the whole form, may be the beginning of what is found.
 */
export function compileTextQuery(query: TextQuery): TextMatcher {
  const required = query.required.map((clause) => compileClause(clause));
  const excluded = query.excluded.map((clause) => compileClause(clause));
  const rejected: TextMatch = { matched: false, frequency: required.map(() => 0), length: 0 };

  function match(tokens: Tokens): TextMatch {
    const { length } = tokens.words;
    const frequency: number[] = [];
    for (const clause of required) {
      const count = clause.count(tokens);
      if (count === 0) return { ...rejected, length };
      frequency.push(count);
    }
    const matched = required.length > 0 && excluded.every((clause) => clause.count(tokens) === 0);
    return matched ? { matched, frequency, length } : { ...rejected, length };
  }

  return {
    match,
    matchText: (text) => (isSurelyWithout(text, required) ? rejected : match(tokenize(text))),
  };
}

/** Matches one text with a query; for several texts, compile the query. */
export function matchText(text: string, query: TextQuery): TextMatch {
  return compileTextQuery(query).matchText(text);
}

interface CompiledClause {
  count(tokens: Tokens): number;
  /** Whether plain text may hold the clause, by its lower case. */
  mayOccurIn(lowerCase: string): boolean;
}

function compileClause(clause: TextClause): CompiledClause {
  const { words, prefix = false } = clause;
  const alone = findLoneForm(clause);
  return {
    count(tokens) {
      const phrases = words.length > 1 ? countPhrase(tokens.words, words, prefix) : 0;
      if (alone === undefined) return phrases;
      // A whole form in the text stands for the same place as its words.
      const places = Math.max(phrases, countPhrase(tokens.whole, [alone], prefix));
      return places + countPhrase(tokens.words, [alone], prefix);
    },
    mayOccurIn(lowerCase) {
      return (
        words.every((word) => lowerCase.includes(word)) || (alone !== undefined && lowerCase.includes(alone))
      );
    },
  };
}

function countPhrase(tokens: readonly string[], phrase: readonly string[], prefix: boolean): number {
  let count = 0;
  findPhrase(tokens, phrase, prefix, () => {
    count++;
  });
  return count;
}

/** True only if some required clause can't occur: tokens of plain text are pieces of its lower case. */
function isSurelyWithout(text: string, required: readonly CompiledClause[]): boolean {
  if (!isPlain(text)) return false;
  const lowerCase = text.toLowerCase();
  return required.some((clause) => !clause.mayOccurIn(lowerCase));
}

const beyondAscii = /[^\0-\x7f]+/g;

/** Whether all beyond ASCII only separates (dashes, curly quotes, emoji), so that nothing folds but ASCII capitals. */
function isPlain(text: string): boolean {
  for (const [run] of text.matchAll(beyondAscii)) {
    for (const character of run) {
      if (classOf(character.codePointAt(0) ?? 0) !== separator) return false;
    }
  }
  return true;
}
