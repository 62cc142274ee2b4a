import { expect, test } from "vitest";
import { scoreBm25 } from "./bm25.ts";

const base = { frequency: [1], textsWithClause: [10], texts: 100, length: 20, averageLength: 20 };

test("follows the formula", () => {
  // ln(1 + 90.5 / 10.5), once in a text of average length: the fraction is 1.
  expect(scoreBm25(base)).toBeCloseTo(2.26375, 4);
});

test.each([
  ["more occurrences", { frequency: [3] }],
  ["a rarer clause", { textsWithClause: [2] }],
  ["a shorter text", { length: 5 }],
  ["one more clause", { frequency: [1, 1], textsWithClause: [10, 10] }],
])("%s score higher", (_name, better) => {
  expect(scoreBm25({ ...base, ...better })).toBeGreaterThan(scoreBm25(base));
});

test("stays a number at its edges", () => {
  expect(scoreBm25({ ...base, frequency: [0] })).toBe(0);
  expect(scoreBm25({ ...base, textsWithClause: [100] })).toBeGreaterThan(0);
  expect(
    scoreBm25({ frequency: [1], textsWithClause: [1], texts: 1, length: 0, averageLength: 0 }),
  ).toBeGreaterThan(0);
});
