import { classOf, extender, isWordClass, separator, type CharacterClass } from "./character-class.ts";

/** A character with more marks than this counts as several. */
const marksLimit = 32;
const zeroWidthJoiner = 0x200d;

/** Whether a cut at `offset` would part a surrogate pair, a character from its marks, or joined emoji. */
function isInsideCharacter(text: string, offset: number): boolean {
  if (offset <= 0 || offset >= text.length) return false;
  if (isInsidePair(text, offset) || text.charCodeAt(offset - 1) === zeroWidthJoiner) return true;
  return classOf(text.codePointAt(offset) ?? 0) === extender;
}

/** Whether a cut at `offset` parts neither a word nor a character. */
export function isWordBorder(text: string, offset: number): boolean {
  if (offset <= 0 || offset >= text.length) return true;
  if (isInsideCharacter(text, offset)) return false;
  return !(isWordClass(classOf(text.codePointAt(offset) ?? 0)) && isWordClass(findClassBefore(text, offset)));
}

/** The offset nearest to `offset`, going by `step`, that is inside no character; of one with very many marks any. */
export function leaveCharacter(text: string, offset: number, step: 1 | -1): number {
  let left = offset;
  for (let marks = 0; marks < marksLimit && isInsideCharacter(text, left); marks++) left += step;
  if (!isInsideCharacter(text, left)) return left;
  return isInsidePair(text, offset) ? offset + step : offset;
}

function findClassBefore(text: string, offset: number): CharacterClass {
  let start = offset;
  for (let marks = 0; start > 0 && marks < marksLimit; marks++) {
    start -= isInsidePair(text, start - 1) ? 2 : 1;
    const found = classOf(text.codePointAt(start) ?? 0);
    if (found !== extender) return found;
  }
  return separator;
}

function isInsidePair(text: string, offset: number): boolean {
  const before = text.charCodeAt(offset - 1);
  const after = text.charCodeAt(offset);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
