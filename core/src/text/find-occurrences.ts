import type { TextWindow } from "./choose-window.ts";
import { findPhrase } from "./find-phrase.ts";
import { findStretches } from "./find-stretches.ts";
import { scanText } from "./scan-text.ts";
import { findForms, type TextClause } from "./text-query.ts";

/** A place in a text where a clause occurs; offsets are UTF-16 units, and a phrase is one place. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
  /** The index of the clause. */
  readonly clause: number;
}

/** What is read of a text at most, in UTF-16 units: a text up to this length is read whole. */
const readLimit = 256 * 1024;
/** What is read of a longer text at a time, from where something may be. */
const regionLength = 64 * 1024;
/** What is searched of a longer text in one go: a few milliseconds of work. */
const windowLength = 1024 * 1024;
/** How far a search looks beyond its window: further than any spelling of a clause reaches, as queries are short. */
const windowOverlap = 16 * 1024;
/** How far a region's edge moves to stand at white space. */
const edgeLimit = 1024;

/**
 * Finds where clauses occur, in no set order. Reading is bounded: beyond 256 Ki units of text the first region
 * with an occurrence is taken, which a plain search for the words finds; one that this search can't see (a word that
 * is spelt with other accents than the query) may then be missed.
 */
export function findOccurrences(text: string, clauses: readonly TextClause[]): Occurrence[] {
  const search = findInSteps(text, clauses);
  let step = search.next();
  while (step.done !== true) step = search.next();
  return step.value;
}

/** The same in steps of a few milliseconds, so that others can have a turn in between. */
export function* findInSteps(text: string, clauses: readonly TextClause[]): Generator<void, Occurrence[]> {
  if (clauses.length === 0) return [];
  if (text.length <= readLimit) return readRegion(text, clauses, 0, text.length);
  const candidate = compileCandidate(clauses);
  let position = 0;
  for (let read = 0; read < readLimit && position < text.length; read += regionLength) {
    const found = yield* findCandidate(text, candidate, position);
    const start = found === undefined ? position : Math.max(position, findSpaceBefore(text, found));
    const end = findSpaceAfter(text, start + regionLength);
    const occurrences = readRegion(text, clauses, start, end);
    if (occurrences.length > 0) return occurrences;
    yield;
    position = end;
  }
  return [];
}

function* findCandidate(
  text: string,
  candidate: RegExp,
  position: number,
): Generator<void, number | undefined> {
  for (let from = position; from < text.length; from += windowLength) {
    const found = candidate.exec(text.slice(from, from + windowLength + windowOverlap));
    if (found !== null) return from + found.index;
    yield;
  }
  return undefined;
}

/** Finds where an occurrence may be; words that look otherwise before they are folded escape it. */
function compileCandidate(clauses: readonly TextClause[]): RegExp {
  const alternatives = clauses.flatMap((clause) =>
    isIdentifier(clause) ? findForms(clause).map(findSpelling) : [RegExp.escape(clause.words[0] ?? "")],
  );
  return new RegExp(alternatives.join("|"), "iu");
}

/** The first word of an identifier (`get`, `src`) may be everywhere, so it is searched for as a whole. */
function isIdentifier({ whole, parts }: TextClause): boolean {
  return whole !== undefined || parts !== undefined;
}

function findSpelling(form: readonly string[]): string {
  return form.map((token) => RegExp.escape(token)).join("[^\\p{L}\\p{N}]{0,3}");
}

/** Tokens with their places, as columns. */
class LocatedTokens {
  readonly tokens: string[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  add(token: string, start: number, end: number): void {
    this.tokens.push(token);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** Where `phrase` begins and ends, for each time it occurs. */
  find(phrase: readonly string[], isPrefix: boolean, visit: (start: number, end: number) => void): void {
    findPhrase(this.tokens, phrase, isPrefix, (index) => {
      const last = index + phrase.length - 1;
      visit(this.starts[index] ?? 0, this.findEnd(last, phrase.at(-1)));
    });
  }

  /** Of a pair of characters found by its first one, only that one; it ends where the next pair begins. */
  private findEnd(index: number, searched: string | undefined): number {
    const start = this.starts[index] ?? 0;
    const end = this.ends[index] ?? start;
    const next = this.starts[index + 1] ?? end;
    return this.tokens[index] !== searched && next > start ? Math.min(end, next) : end;
  }
}

function readRegion(text: string, clauses: readonly TextClause[], from: number, to: number): Occurrence[] {
  const stretches = findStretches(text, clauses, from, to).map((stretch) => readStretch(text, stretch));
  return clauses.flatMap((clause, index) => {
    // Forms of a clause that begin at one place are one occurrence.
    const ends = new Map<number, number>();
    const add = (start: number, end: number): void => {
      ends.set(start, Math.max(end, ends.get(start) ?? 0));
    };
    for (const form of findForms(clause)) {
      for (const { words, whole } of stretches) {
        words.find(form, clause.prefix === true, add);
        whole.find(form, clause.prefix === true, add);
      }
    }
    return Array.from(ends, ([start, end]) => ({ start, end, clause: index }));
  });
}

function readStretch(text: string, stretch: TextWindow): { words: LocatedTokens; whole: LocatedTokens } {
  const words = new LocatedTokens();
  const whole = new LocatedTokens();
  scanText(
    text,
    {
      word: (token, start, end) => words.add(token, start, end),
      whole: (token, start, end) => whole.add(token, start, end),
      part: (token, start, end) => whole.add(token, start, end),
    },
    stretch.start,
    stretch.end,
  );
  return { words, whole };
}

function findSpaceBefore(text: string, position: number): number {
  const limit = Math.max(0, position - edgeLimit);
  for (let start = position; start > limit; start--) {
    if (/\s/u.test(text.charAt(start - 1))) return start;
  }
  return limit === 0 ? 0 : position;
}

function findSpaceAfter(text: string, position: number): number {
  const limit = Math.min(text.length, position + edgeLimit);
  for (let end = position; end < limit; end++) {
    if (/\s/u.test(text.charAt(end))) return end;
  }
  return Math.min(text.length, position);
}
