import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tokenizeInSteps } from "./tokenize-in-steps.ts";
import { tokenize, type Tokens } from "./tokenize.ts";

function join(steps: Iterable<Tokens>): Tokens {
  const all = [...steps];
  return { words: all.flatMap(({ words }) => words), whole: all.flatMap(({ whole }) => whole) };
}

const piece = fc.constantFrom(
  "getUserById",
  "src/auth/login.ts",
  "日本語",
  "か\u3099",
  "e\u0301",
  "👩‍💻",
  "\u{20000}\u{20001}",
  "\ud800",
  "\udc00",
  "…",
  " ",
  "\n",
  ", ",
  "-",
  "--",
  "_",
  "\u0301",
);

test("steps of any length give the tokens of the whole text", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (pieces, length) => {
      const text = pieces.join("");
      expect(join(tokenizeInSteps(text, length))).toEqual(tokenize(text));
    }),
    { numRuns: 2_000 },
  );
});

test("a step is hardly longer than asked for", () => {
  const text = "seven w ".repeat(100_000);
  const steps = [...tokenizeInSteps(text, 1_000)];
  expect(steps.length).toBeGreaterThan(text.length / 1_100);
  expect(Math.max(...steps.map(({ words }) => words.length))).toBeLessThan(300);
});

test("one endless word is one step", () => {
  expect([...tokenizeInSteps("a".repeat(5_000), 1_000)]).toHaveLength(1);
});
