import {
  asciiClasses,
  caseless,
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
  /** An identifier kept whole; comes after its words. */
  whole(token: string, start: number, end: number): void;
}

/**
 * The most UTF-16 units of a token. Of a longer word the first ones are kept, up to the last whole character that fits;
 * a longer identifier has no whole form, only its words.
 */
export const tokenLengthLimit = 128;

/** Marks beyond these, on one character, are ignored: sorting them costs the square of their number. */
const marksLimit = 16;
const joinersLimit = 3;
const fullStop = 0x2e;
const hyphen = 0x2d;

/**
 * Reads the tokens of `text` between two offsets: the one reader behind indexing, queries and snippets.
 *
 * - A word is a run of letters and digits, each with the marks that follow it, folded (`foldCharacters`). It is split
 *   before a capital that follows a small letter or stands before one: `get|User`, `HTTP|Server2`.
 * - An identifier is several words held together by case or by joiners: one to three of `_ - . / \ : @ #` between
 *   two words, but no `..` or `--`. Its whole form is the fold of all of it, joiners included; a part of it that was split
 *   at capitals (`getUserById` in `src/getUserById.ts`) has a whole form of its own.
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
    let parts = 0;
    for (let next = start; next >= 0; next = this.findJoinedPart()) {
      this.position = next;
      this.scanPart();
      parts++;
    }
    if (parts > 1) this.emitWhole(start, this.position);
  }

  /** Reads what stands between two joiners: one word, or several that capitals part. */
  private scanPart(): void {
    const start = this.position;
    const end = this.findPlainEnd();
    if (end < 0) {
      this.scanMixedPart();
      return;
    }
    const token = this.text.slice(start, Math.min(end, start + tokenLengthLimit));
    this.sink.word(
      asciiClasses[this.text.charCodeAt(start)] === upper ? token.toLowerCase() : token,
      start,
      end,
      false,
    );
    this.position = end;
  }

  /** The end of an ASCII word with no capital but the first letter (nearly all text); otherwise -1. */
  private findPlainEnd(): number {
    const { text, to } = this;
    let end = this.position;
    if (text.charCodeAt(end) >= 128) return -1;
    for (end++; end < to; end++) {
      const code = text.charCodeAt(end);
      if (code >= 128) break;
      const found = asciiClasses[code];
      if (found === upper) return -1;
      if (found !== lower && found !== caseless) return end;
    }
    const next = end < to ? this.classAt(end) : separator;
    return isWordClass(next) || next === extender ? -1 : end;
  }

  /** Reads a part character by character: capitals inside, or letters beyond ASCII. */
  private scanMixedPart(): void {
    const partStart = this.position;
    let wordStart = partStart;
    let previous = separator;
    for (let current = this.classAt(partStart); isWordClass(current);) {
      const start = this.position;
      this.skipCharacter();
      const next = this.position < this.to ? this.classAt(this.position) : separator;
      if (current === upper && start > partStart && (previous === lower || next === lower)) {
        this.emitWord(wordStart, start);
        wordStart = start;
      }
      previous = current;
      current = next;
    }
    this.emitWord(wordStart, this.position);
    if (wordStart > partStart) this.emitWhole(partStart, this.position);
  }

  /** The start of the next part of this identifier, or -1. */
  private findJoinedPart(): number {
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

  private emitWord(start: number, end: number): void {
    this.sink.word(this.foldRange(start, end).token, start, end, false);
  }

  private emitWhole(start: number, end: number): void {
    const { token, isCut } = this.foldRange(start, end);
    if (!isCut) this.sink.whole(token, start, end);
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

  private skipCharacter(): void {
    const codePoint = this.text.codePointAt(this.position) ?? 0;
    this.position = this.findMarksEnd(this.position + unitsOf(codePoint));
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
