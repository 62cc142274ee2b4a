import { expect, test } from "vitest";
import { wrapWords } from "./wrap-words.ts";

test.each([
  ["", 10, []],
  ["roses", 10, ["roses"]],
  ["When do I prune the roses?", 10, ["When do I", "prune the", "roses?"]],
  ["one two", 7, ["one two"]],
  ["one  two ", 7, ["one", "two"]],
  ["a chrysanthemum b", 6, ["a", "chrysa", "nthemu", "m b"]],
  ["薔薇の手入れ", 5, ["薔薇", "の手", "入れ"]],
  ["wide", 1, ["w", "i", "d", "e"]],
])("%j in %d columns", (text, columns, lines) => {
  expect(wrapWords(text, columns).map(([start, end]) => text.slice(start, end))).toEqual(lines);
});
