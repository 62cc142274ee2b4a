import { classOf, separator } from "./character-class.ts";
import { findPhrase } from "./find-phrase.ts";
import { findForms, type TextClause, type TextQuery } from "./text-query.ts";
import { tokenize, type Tokens } from "./tokenize.ts";

/** How a text answers a query. */
export interface TextMatch {
  readonly matched: boolean;
  /**
   * How often each required clause occurs, in the order of the query; all zero if the text doesn't match. Found in
   * `words` and in `whole`, a clause counts as often as in the one that has it more often: most places are in both.
   */
  readonly frequency: readonly number[];
  /** The number of words of the text; zero where the text was rejected before its words were counted. */
  readonly length: number;
}

/** A query made ready for many texts. */
export interface TextMatcher {
  match(tokens: Tokens): TextMatch;
  /** The same for a text; quicker than `match(tokenize(text))`, as most texts are rejected unread. */
  matchText(text: string): TextMatch;
  /** False only if the text does not match; far quicker than reading it. */
  mayMatch(text: string): boolean;
}

/**
 * Makes the matcher of a query. It defines the set of hits: every store, whatever its index, must find the same.
 *
 * - A text matches if every required clause occurs in it and no excluded one does. An empty query matches nothing.
 * - A clause occurs where one of its forms does: its words, its parts, its whole form.
 * - A form occurs where its tokens follow each other in `words`, or in `whole`, and never goes over from one to the other.
 *   As `whole` has a separator after the parts of each identifier, it never goes over from one to another there either.
 * - In a prefix clause the last token of each form may be the beginning of what is found.
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
    mayMatch: (text) => !isSurelyWithout(text, required),
  };
}

/**
 * Matches one text with a query; for several texts, compile the query.
 *
 * @internal exported for tests
 */
export function matchText(text: string, query: TextQuery): TextMatch {
  return compileTextQuery(query).matchText(text);
}

interface CompiledClause {
  count(tokens: Tokens): number;
  /** Whether plain text may hold the clause, by its lower case. */
  mayOccurIn(lowerCase: string): boolean;
}

function compileClause(clause: TextClause): CompiledClause {
  const { prefix = false } = clause;
  const forms = findForms(clause);
  const countIn = (tokens: readonly string[]): number =>
    forms.reduce((sum, form) => sum + countPhrase(tokens, form, prefix), 0);
  return {
    count: ({ words, whole }) => Math.max(countIn(words), countIn(whole)),
    mayOccurIn: (lowerCase) => forms.some((form) => form.every((token) => lowerCase.includes(token))),
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
