import { chooseWindow, type TextWindow } from "./choose-window.ts";
import { collapseWhiteSpace, type CollapsedText } from "./collapse-white-space.ts";
import { findInSteps, findOccurrences, type Occurrence } from "./find-occurrences.ts";
import { isWordBorder, leaveCharacter } from "./text-border.ts";
import type { TextQuery } from "./text-query.ts";

export interface SnippetOptions {
  /** The most characters (UTF-16 units) taken from the text; an ellipsis at a cut comes on top. Default: 160. */
  readonly length?: number;
}

/** A piece of a text that shows why it was found. */
export interface Snippet {
  /** On one line: each run of white space is one space, and `…` stands where text was cut off. */
  readonly text: string;
  /** Start and end of what was found, in UTF-16 units of this `text`; in order, without overlaps. */
  readonly highlights: [start: number, end: number][];
}

const defaultLength = 160;
const ellipsis = "…";
/** White space is collapsed in this many lengths of the text on either side. */
const reach = 2;

/**
 * Cuts the piece out of `text` in which the most clauses of the query occur, or its beginning where none does. Excluded
 * clauses are not looked at. Cuts are made between words, or, inside a word as long as the snippet, between characters.
 * While a large text is searched, `rest` lets others have their turns.
 *
 * @throws RangeError if `length` is not a whole number above zero.
 */
export async function makeSnippetInTurns(
  text: string,
  query: TextQuery,
  rest: () => Promise<unknown>,
  options: SnippetOptions = {},
): Promise<Snippet> {
  const length = lengthOf(options);
  const search = findInSteps(text, query.required);
  let step = search.next();
  for (; step.done !== true; step = search.next()) await rest();
  return cutSnippet(text, step.value, length);
}

/**
 * The same at once.
 *
 * @internal exported for tests
 */
export function makeSnippet(text: string, query: TextQuery, options: SnippetOptions = {}): Snippet {
  const length = lengthOf(options);
  return cutSnippet(text, findOccurrences(text, query.required), length);
}

function lengthOf({ length = defaultLength }: SnippetOptions): number {
  if (Number.isSafeInteger(length) && length >= 1) return length;
  throw new RangeError("The length of a snippet must be a whole number above zero");
}

function cutSnippet(text: string, occurrences: readonly Occurrence[], length: number): Snippet {
  const textStart = text.length - text.trimStart().length;
  const textEnd = text.trimEnd().length;
  const window = chooseWindow(occurrences, length) ?? { start: textStart, end: textStart };
  const line = collapseWhiteSpace(
    text,
    Math.max(textStart, window.start - reach * length),
    Math.min(textEnd, window.end + reach * length),
  );
  const cut = placeCuts(text, line, window, length);
  const opening = line.offsetAt(cut.start) > textStart ? ellipsis : "";
  const closing = line.offsetAt(cut.end) < textEnd ? ellipsis : "";
  const shift = opening.length - cut.start;
  const highlights = findHighlights(occurrences, line, cut, window);
  return {
    text: opening + line.text.slice(cut.start, cut.end) + closing,
    highlights: highlights.map(([start, end]) => [start + shift, end + shift]),
  };
}

/** Where to cut the line, as indexes of it: the window with a third of the free room before it, at good places. */
function placeCuts(text: string, line: CollapsedText, window: TextWindow, length: number): TextWindow {
  const first = line.indexOf(window.start);
  const last = line.indexOf(window.end);
  const room = Math.max(0, length - (last - first));
  const wishedStart = Math.max(0, first - Math.floor(room / 3));
  const wishedEnd = Math.min(line.text.length, wishedStart + length);
  let start = findStart(text, line, Math.max(0, Math.min(wishedStart, wishedEnd - length)), first);
  const earliestEnd = Math.min(wishedEnd, Math.max(last, start + 1));
  let end = Math.max(start, findEnd(text, line, wishedEnd, earliestEnd));
  while (start < end && line.text[start] === " ") start++;
  while (end > start && line.text[end - 1] === " ") end--;
  return { start, end };
}

function findStart(text: string, line: CollapsedText, wished: number, latest: number): number {
  for (let index = wished; index <= latest; index++) {
    if (isWordBorder(text, line.offsetAt(index))) return index;
  }
  return Math.min(latest, line.indexOf(leaveCharacter(text, line.offsetAt(wished), 1)));
}

function findEnd(text: string, line: CollapsedText, wished: number, earliest: number): number {
  for (let index = wished; index >= earliest; index--) {
    if (isWordBorder(text, line.offsetAt(index))) return index;
  }
  return line.indexOf(leaveCharacter(text, line.offsetAt(wished), -1));
}

/** What was found inside the cuts, as ranges of the line; of an occurrence longer than the snippet what is shown. */
function findHighlights(
  occurrences: readonly Occurrence[],
  line: CollapsedText,
  cut: TextWindow,
  window: TextWindow,
): [number, number][] {
  const from = line.offsetAt(cut.start);
  const to = line.offsetAt(cut.end);
  const inside = occurrences.filter(({ start, end }) => start >= from && end <= to);
  const shown = inside.length > 0 ? inside : occurrences.filter(({ start }) => start === window.start);
  const ranges: [number, number][] = [];
  for (const { start, end } of shown.toSorted((a, b) => a.start - b.start)) {
    const range: [number, number] = [line.indexOf(start), Math.min(cut.end, line.indexOf(end))];
    const previous = ranges.at(-1);
    if (previous !== undefined && range[0] < previous[1]) previous[1] = Math.max(previous[1], range[1]);
    else if (range[0] < range[1]) ranges.push(range);
  }
  return ranges;
}
