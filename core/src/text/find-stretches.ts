import { asciiClasses, isWordClass } from "./character-class.ts";
import type { TextWindow } from "./choose-window.ts";
import { findForms, type TextClause } from "./text-query.ts";

/** What telling a place apart costs, as so many characters that are read. */
const placeCost = 16;
const space = 0x20;

/** What a form of a clause is looked for by. */
interface Anchor {
  /** In capitals or not, each occurrence has it; empty if only characters beyond ASCII can be it. */
  readonly needle: string;
  /** How many words may stand on either side of it. */
  readonly reach: number;
}

/**
 * The stretches of a text, between two offsets, that hold every occurrence of these clauses; in order, apart from each
 * other, and cut at white space, so that reading them gives the tokens that reading the whole text gives there. A word of
 * a query stands in the text as it is, but for capitals, or in a piece with characters beyond ASCII: such are all taken.
 */
export function findStretches(
  text: string,
  clauses: readonly TextClause[],
  from: number,
  to: number,
): readonly TextWindow[] {
  const all = [{ start: from, end: to }];
  const slice = text.slice(from, to);
  const lower = slice.toLowerCase();
  // One character becomes two in lower case: then places are not the same.
  if (lower.length !== slice.length) return all;
  const anchors = findAnchors(clauses);
  const places: TextWindow[] = [];
  let left = slice.length;
  /** Takes the piece with `index` and those around it; answers where it ends. */
  const take = (index: number, reach: number): number => {
    const piece = findPiece(slice, index);
    const place = reach === 0 ? piece : widen(slice, piece, reach);
    places.push({ start: from + place.start, end: from + place.end });
    left -= placeCost + place.end - place.start;
    return piece.end;
  };
  for (const { needle, reach } of anchors) {
    if (needle === "") continue;
    for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, at)) {
      at = take(at, reach);
      if (left < 0) return all;
    }
  }
  const widest = Math.max(0, ...anchors.map(({ reach }) => reach));
  const beyondAscii = /[^\0-\x7f]/g;
  for (let found = beyondAscii.exec(slice); found !== null; found = beyondAscii.exec(slice)) {
    beyondAscii.lastIndex = take(found.index, widest);
    if (left < 0) return all;
  }
  return merge(places);
}

/** A query's clauses are looked for in one text after another. */
const known = new WeakMap<readonly TextClause[], readonly Anchor[]>();

function findAnchors(clauses: readonly TextClause[]): readonly Anchor[] {
  let anchors = known.get(clauses);
  if (anchors === undefined) known.set(clauses, (anchors = makeAnchors(clauses)));
  return anchors;
}

function makeAnchors(clauses: readonly TextClause[]): Anchor[] {
  const anchors = new Map<string, number>();
  for (const form of clauses.flatMap(findForms)) {
    // The longest is the rarest, mostly. One beyond ASCII needs no search.
    const needle = form.some((token) => /[^\0-\x7f]/.test(token))
      ? ""
      : form.reduce((longest, token) => (token.length > longest.length ? token : longest), "");
    anchors.set(needle, Math.max(anchors.get(needle) ?? 0, form.length - 1));
  }
  return Array.from(anchors, ([needle, reach]) => ({ needle, reach }));
}

/** The piece between white space that holds an index. */
function findPiece(text: string, index: number): TextWindow {
  let start = index;
  let end = index;
  while (start > 0 && text.charCodeAt(start - 1) > space) start--;
  while (end < text.length && text.charCodeAt(end) > space) end++;
  return { start, end };
}

/** A piece with at least so many words before and after it. */
function widen(text: string, piece: TextWindow, reach: number): TextWindow {
  let { start, end } = piece;
  for (let words = 0; start > 0 && words < reach;) {
    const found = findPiece(text, start - 1);
    if (hasAsciiWord(text, found)) words++;
    start = Math.min(found.start, start - 1);
  }
  for (let words = 0; end < text.length && words < reach;) {
    const found = findPiece(text, end + 1);
    if (hasAsciiWord(text, found)) words++;
    end = Math.max(found.end, end + 1);
  }
  return { start, end: Math.min(end, text.length) };
}

function hasAsciiWord(text: string, { start, end }: TextWindow): boolean {
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code < 128 && isWordClass(asciiClasses[code])) return true;
  }
  return false;
}

function merge(places: TextWindow[]): readonly TextWindow[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of places.toSorted((a, b) => a.start - b.start)) {
    const previous = merged.at(-1);
    if (previous === undefined || start > previous.end) merged.push({ start, end });
    else previous.end = Math.max(previous.end, end);
  }
  return merged;
}
