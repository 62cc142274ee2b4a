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
  /** Begins the match of one text whose tokens come step by step. */
  begin(): SteppedMatch;
}

/** The match of one text on its way. */
export interface SteppedMatch {
  /** Takes the next tokens of the text, as `tokenizeInSteps` gives them. */
  add(step: Tokens): void;
  /** What `match` answers for all of them. */
  end(): TextMatch;
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
    begin: () => beginMatch(required, excluded),
  };
}

/** Counts the clauses of a text step by step; a phrase may go on from one step to the next. */
function beginMatch(required: readonly CompiledClause[], excluded: readonly CompiledClause[]): SteppedMatch {
  const counted = [...required, ...excluded].map((clause) => ({ clause, words: 0, whole: 0 }));
  // The last tokens of the steps before, with which a phrase may begin.
  const kept = Math.max(0, ...counted.map(({ clause }) => clause.longest - 1));
  let words: readonly string[] = [];
  let whole: readonly string[] = [];
  let length = 0;
  return {
    add(step) {
      const first = { words: words.length, whole: whole.length };
      words = first.words === 0 ? step.words : [...words, ...step.words];
      whole = first.whole === 0 ? step.whole : [...whole, ...step.whole];
      length += step.words.length;
      for (const count of counted) {
        count.words += count.clause.countIn(words, first.words);
        count.whole += count.clause.countIn(whole, first.whole);
      }
      words = words.slice(Math.max(0, words.length - kept));
      whole = whole.slice(Math.max(0, whole.length - kept));
    },
    end() {
      const found = counted.map((count) => Math.max(count.words, count.whole));
      const frequency = found.slice(0, required.length);
      const matched =
        required.length > 0 &&
        frequency.every((count) => count > 0) &&
        found.slice(required.length).every((count) => count === 0);
      return { matched, frequency: matched ? frequency : frequency.map(() => 0), length };
    },
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
  /** How often it occurs in one sequence, those that end before `first` left out. */
  countIn(tokens: readonly string[], first: number): number;
  /** Tokens of its longest form. */
  readonly longest: number;
  /** Whether plain text may hold the clause, by its lower case. */
  mayOccurIn(lowerCase: string): boolean;
}

function compileClause(clause: TextClause): CompiledClause {
  const { prefix = false } = clause;
  const forms = findForms(clause);
  const countIn = (tokens: readonly string[], first = 0): number =>
    forms.reduce((sum, form) => sum + countPhrase(tokens, form, prefix, first), 0);
  return {
    count: ({ words, whole }) => Math.max(countIn(words), countIn(whole)),
    countIn,
    longest: Math.max(0, ...forms.map(({ length }) => length)),
    mayOccurIn: (lowerCase) => forms.some((form) => form.every((token) => lowerCase.includes(token))),
  };
}

function countPhrase(
  tokens: readonly string[],
  phrase: readonly string[],
  prefix: boolean,
  first: number,
): number {
  let count = 0;
  findPhrase(tokens, phrase, prefix, (index) => {
    if (index + phrase.length > first) count++;
  });
  return count;
}

/** True only if some required clause can't occur: tokens of plain text are pieces of its lower case. */
function isSurelyWithout(text: string, required: readonly CompiledClause[]): boolean {
  if (!isPlain(text)) return false;
  const lowerCase = text.toLowerCase();
  return required.some((clause) => !clause.mayOccurIn(lowerCase));
}

/** Whether all beyond ASCII only separates (dashes, curly quotes, emoji), so that nothing folds but ASCII capitals. */
function isPlain(text: string): boolean {
  const first = text.search(/[^\0-\x7f]/);
  if (first < 0) return true;
  for (let index = first; index < text.length; index++) {
    if (text.charCodeAt(index) < 128) continue;
    const codePoint = text.codePointAt(index) ?? 0;
    if (classOf(codePoint) !== separator) return false;
    if (codePoint > 0xffff) index++;
  }
  return true;
}
