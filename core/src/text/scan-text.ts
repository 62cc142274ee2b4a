import {
  asciiClasses,
  classOf,
  extender,
  foldCodePoint,
  isWordClass,
  joiner,
  lower,
  separator,
  unspaced,
  upper,
  type CharacterClass,
} from "./character-class.ts";
import { foldCharacters } from "./fold.ts";

/** Takes the tokens of a text, in the order of the text; `start` and `end` are offsets of UTF-16 units. */
export interface TokenSink {
  /**
   * One word of the sequence. `isUnspaced` tells a token of a script without spaces: a pair of characters, or the last
   * character of a run, which then ends where the pair before it ends.
   */
  word(token: string, start: number, end: number, isUnspaced: boolean): void;
  /** An identifier of several words kept whole; comes after its words. */
  whole(token: string, start: number, end: number): void;
  /**
   * One part of an identifier in which capitals part words. All its parts come after its words and its whole form, in
   * sequence; then `partsSeparator`, which is at no place but their end.
   */
  part(token: string, start: number, end: number): void;
}

/**
 * The most UTF-16 units of a token. Of a longer word the first ones are kept, up to the last whole character that fits,
 * and it is one part whatever its capitals; a longer identifier has no whole form.
 *
 * @internal exported for tests
 */
export const tokenLengthLimit = 128;

/** Stands after the parts of each identifier, so that no phrase goes on in another one. No query has such a token. */
export const partsSeparator = "/";

/** Marks beyond these, on one character, are ignored: sorting them costs the square of their number. */
const marksLimit = 16;
const joinersLimit = 3;
const fullStop = 0x2e;
const hyphen = 0x2d;

/**
 * Reads the tokens of `text` between two offsets: the one reader behind indexing, queries and snippets.
 *
 * - A word is a run of letters and digits, each with the marks that follow it, folded (`foldCharacters`): `GitHub` is
 *   `github`.
 * - An identifier is one word, or several held together by joiners: one to three of `_ - . / \ : @ #` between two
 *   words, but no `..` or `--`. The whole form of several is the fold of all of it, joiners included.
 * - Capitals part a word where one follows a small letter or stands before one: `get|User`, `HTTP|Server2`. If they part
 *   a word of an identifier, it is also given in parts, its other words as one part each: `src/getUser.ts` gives
 *   `src get user ts`.
 * - A run of a script without spaces (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese) gives each pair of
 *   neighbours, then its last character alone. It belongs to no identifier.
 * - Everything else separates. A mark without a letter before it is ignored.
 */
export function scanText(text: string, sink: TokenSink, from = 0, to = text.length): void {
  const scanner = new TextScanner(text, sink, from, to);
  scanner.scan();
}

class TextScanner {
  private readonly text: string;
  private readonly sink: TokenSink;
  private readonly to: number;
  private position: number;
  /** Where the parts of the identifier being read start and end, in turn; what lies beyond their count is of no use. */
  private readonly partBorders: number[] = [];
  private partCount = 0;

  constructor(text: string, sink: TokenSink, from: number, to: number) {
    this.text = text;
    this.sink = sink;
    this.position = from;
    this.to = to;
  }

  scan(): void {
    const { text, to } = this;
    while (this.position < to) {
      const code = text.charCodeAt(this.position);
      const found = code < 128 ? asciiClasses[code] : this.classAt(this.position);
      if (isWordClass(found)) this.scanIdentifier();
      else if (found === unspaced) this.scanUnspacedRun();
      else this.position++;
    }
  }

  /** Reads words as long as joiners hold them together. */
  private scanIdentifier(): void {
    const start = this.position;
    let words = 0;
    this.partCount = 0;
    for (let next = start; next >= 0; next = this.findJoinedWord()) {
      this.position = next;
      this.scanWord();
      words++;
    }
    if (words > 1) this.emitWhole(start, this.position);
    if (this.partCount > words) this.emitParts();
  }

  /** Reads one word, and notes its parts. A capital starts one after a small letter, or before one. */
  private scanWord(): void {
    const start = this.position;
    const end = this.findPlainEnd();
    if (end < 0) {
      this.scanAnyWord();
      return;
    }
    this.addPart(start, end);
    this.position = end;
    this.sink.word(this.text.slice(start, Math.min(end, start + tokenLengthLimit)), start, end, false);
  }

  /** Where a word of small ASCII letters and digits ends, which most are: it has one part, and nothing to fold. Or -1. */
  private findPlainEnd(): number {
    const { text, to } = this;
    let position = this.position;
    for (; position < to; position++) {
      const code = text.charCodeAt(position);
      if (code > 127) return -1;
      const found = asciiClasses[code] ?? separator;
      if (found === upper) return -1;
      if (!isWordClass(found)) break;
    }
    return position;
  }

  private scanAnyWord(): void {
    const { text, to, position: start, partCount: partsBefore } = this;
    let partStart = start;
    let previous = separator;
    let previousStart = start;
    let hasCapital = false;
    let isAsciiWord = true;
    let position = start;
    while (position < to) {
      const code = text.charCodeAt(position);
      const isBeyondAscii = code > 127;
      const found = isBeyondAscii ? this.classAt(position) : (asciiClasses[code] ?? separator);
      if (found !== extender) {
        if (!isWordClass(found)) break;
        if (found !== previous) {
          const border = findBorder(previous, previousStart, found, position);
          if (border > partStart) {
            this.addPart(partStart, border);
            partStart = border;
          }
          previous = found;
          hasCapital ||= found === upper;
        }
        previousStart = position;
      }
      isAsciiWord &&= !isBeyondAscii;
      position += isBeyondAscii ? unitsOf(text.codePointAt(position) ?? 0) : 1;
    }
    if (position - start > tokenLengthLimit) {
      this.partCount = partsBefore;
      partStart = start;
    }
    this.addPart(partStart, position);
    this.position = position;
    const token = isAsciiWord
      ? text.slice(start, Math.min(position, start + tokenLengthLimit))
      : this.foldRange(start, position).token;
    this.sink.word(isAsciiWord && hasCapital ? token.toLowerCase() : token, start, position, false);
  }

  /** The start of the next word of this identifier, or -1. */
  private findJoinedWord(): number {
    let end = this.position;
    let previous = 0;
    for (; end < this.to && this.classAt(end) === joiner; end++) {
      const code = this.text.charCodeAt(end);
      const isProse = code === previous && (code === fullStop || code === hyphen);
      if (isProse || end - this.position === joinersLimit) return -1;
      previous = code;
    }
    return end > this.position && end < this.to && isWordClass(this.classAt(end)) ? end : -1;
  }

  private addPart(start: number, end: number): void {
    const index = 2 * this.partCount++;
    this.partBorders[index] = start;
    this.partBorders[index + 1] = end;
  }

  private emitWhole(start: number, end: number): void {
    const { token, isCut } = this.foldRange(start, end);
    if (!isCut) this.sink.whole(token, start, end);
  }

  private emitParts(): void {
    for (let index = 0; index < 2 * this.partCount; index += 2) {
      const start = this.partBorders[index] ?? 0;
      const end = this.partBorders[index + 1] ?? start;
      this.sink.part(this.foldRange(start, end).token, start, end);
    }
    this.sink.part(partsSeparator, this.position, this.position);
  }

  /** Folds as many characters as fit into a token; leaves the position alone. */
  private foldRange(start: number, end: number): { token: string; isCut: boolean } {
    const slice = this.text.slice(start, Math.min(end, start + tokenLengthLimit));
    if (isAscii(slice)) return { token: slice.toLowerCase(), isCut: end - start > tokenLengthLimit };
    const resume = this.position;
    let token = "";
    let isCut = false;
    for (this.position = start; this.position < end && !isCut;) {
      const folded = this.readCharacter();
      isCut = token.length + folded.length > tokenLengthLimit;
      if (!isCut) token += folded;
    }
    this.position = resume;
    return { token, isCut };
  }

  private scanUnspacedRun(): void {
    let start = this.position;
    let folded = this.readCharacter();
    let end = this.position;
    while (this.position < this.to && this.classAt(this.position) === unspaced) {
      const next = this.readCharacter();
      this.sink.word(folded + next, start, this.position, true);
      start = end;
      end = this.position;
      folded = next;
    }
    this.sink.word(folded, start, end, true);
  }

  /** Reads a character with the marks that follow it, and answers its fold (a joiner is its own). */
  private readCharacter(): string {
    const start = this.position;
    const codePoint = this.text.codePointAt(start) ?? 0;
    const bareEnd = start + unitsOf(codePoint);
    const markedEnd = this.findMarksEnd(bareEnd, marksLimit);
    this.position = this.findMarksEnd(markedEnd);
    if (markedEnd > bareEnd) return foldMarked(this.text.slice(start, markedEnd));
    return classOf(codePoint) === joiner ? this.text.charAt(start) : foldCodePoint(codePoint);
  }

  private findMarksEnd(start: number, limit = Infinity): number {
    let end = start;
    for (let marks = 0; end < this.to && marks < limit; marks++) {
      if (this.text.charCodeAt(end) < 128) break;
      const codePoint = this.text.codePointAt(end) ?? 0;
      if (classOf(codePoint) !== extender) break;
      end += unitsOf(codePoint);
    }
    return end;
  }

  /** The second half of a surrogate pair is a separator by itself, so `scan` may step by units. */
  private classAt(position: number): CharacterClass {
    const code = this.text.charCodeAt(position);
    return classOf(code < 0xd800 || code > 0xdbff ? code : (this.text.codePointAt(position) ?? 0));
  }
}

/** Where a part starts, of two neighbours of different classes; -1 for nowhere. */
function findBorder(
  previous: CharacterClass,
  previousStart: number,
  found: CharacterClass,
  start: number,
): number {
  if (found === upper && previous === lower) return start;
  return found === lower && previous === upper ? previousStart : -1;
}

function unitsOf(codePoint: number): number {
  return codePoint > 0xffff ? 2 : 1;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/** Folds of characters with marks, which some scripts have in every syllable; emptied when it is full. */
const markedFolds = new Map<string, string>();
const markedFoldsLimit = 8192;
/** A longer piece isn't kept: engines may hold on to the whole text for the sake of it. */
const markedFoldLength = 8;

function foldMarked(characters: string): string {
  if (characters.length > markedFoldLength) return foldCharacters(characters);
  const known = markedFolds.get(characters);
  if (known !== undefined) return known;
  if (markedFolds.size >= markedFoldsLimit) markedFolds.clear();
  const folded = foldCharacters(characters);
  markedFolds.set(characters, folded);
  return folded;
}
