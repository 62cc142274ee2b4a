import { expect, test } from "vitest";
import { foldCharacters } from "./fold.ts";

test.each([
  ["É", "e"],
  ["e\u0301", "e"],
  ["ß", "ss"],
  ["ẞ", "ss"],
  ["İ", "i"],
  ["ı", "i"],
  ["ς", "σ"],
  ["Ώ", "ω"],
  ["й", "и"],
  ["Ｅ", "e"],
  ["ﬁ", "fi"],
  ["½", "12"],
  ["ø", "ø"],
  ["ﾊﾟ", "パ"],
  ["か\u3099", "が"],
  ["\u1112\u1161\u11ab", "한"],
  ["बि", "बि"],
  ["שָׁ", "ש"],
  ["1\ufe0f\u20e3", "1"],
  ["👍", ""],
  ["\0", ""],
  ["\ud800", ""],
])("%j folds to %j", (characters, folded) => {
  expect(foldCharacters(characters)).toBe(folded);
});

test("the fold of every code point folds to itself and has no capital, white space or control", () => {
  const wrong: string[] = [];
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const character = String.fromCodePoint(codePoint);
    if (/[\p{Unassigned}\p{Private_Use}\p{Surrogate}]/u.test(character)) continue;
    const folded = foldCharacters(character);
    if (folded === "") continue;
    const isClean =
      foldCharacters(folded) === folded &&
      folded.toLowerCase() === folded &&
      !/[^\p{L}\p{N}\p{M}]/u.test(folded);
    if (!isClean) wrong.push(codePoint.toString(16));
  }
  expect(wrong).toEqual([]);
}, 60_000);
