import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { featuresOf, groupSimilar, similarityOf } from "./similar-texts.ts";

const similarity = (left: string, right: string): number => similarityOf(featuresOf(left), featuresOf(right));

describe("the similarity of two texts", () => {
  test.each([
    ["The API uses JWT.", "the  API\nuses jwt. ", 1],
    ["ab", "AB", 1],
    ["ab", "ac", 0],
    ["", "", 1],
    ["", "a", 0],
    // Three runs of three each, two of them in both.
    ["abcde", "abcdx", 0.5],
    ["ﬁnd it", "find it", 1],
    ["x".repeat(2_000), "x".repeat(5_000), 1],
  ])("of %j and %j is %d", (left, right, expected) => {
    expect(similarity(left, right)).toBe(expected);
  });

  test("is one of a text to itself, the same both ways, and between 0 and 1", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
        expect(similarity(left, left)).toBe(1);
        expect(similarity(left, right)).toBe(similarity(right, left));
        expect(similarity(left, right)).toBeGreaterThanOrEqual(0);
        expect(similarity(left, right)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});

test("a similarity below the least that counts is 0", () => {
  const [left, right] = [featuresOf("abcde"), featuresOf("abcdx")];
  expect(similarityOf(left, right, 0.5)).toBe(0.5);
  expect(similarityOf(left, right, 0.51)).toBe(0);
});

/** Two texts of as many words, `shared` of which they have in common. */
function texts(words: number, shared: number): readonly [string, string] {
  const word = (of: string) => (_: unknown, at: number) => `${of}${(at * 7_919).toString(36)}`;
  const both = Array.from({ length: shared }, word("b"));
  const own = (of: string) => Array.from({ length: words - shared }, word(of));
  return [[...both, ...own("l")].join(" "), [...both, ...own("r")].join(" ")];
}

test.each([0, 100, 200, 250, 300])(
  "of long texts it is near the share of all their runs: %i of 300 words",
  (shared) => {
    const [left, right] = texts(300, shared);
    const runs = (text: string): Set<string> => {
      const plain = text.slice(0, 2_000);
      return new Set(Array.from({ length: plain.length - 2 }, (_, at) => plain.slice(at, at + 3)));
    };
    const [a, b] = [runs(left), runs(right)];
    const exact = a.intersection(b).size / a.union(b).size;
    expect(Math.abs(similarity(left, right) - exact)).toBeLessThan(0.1);
  },
);

test("each text joins the group that it is most like, or begins one", async () => {
  const given = [
    "the api uses jwt",
    "deploy on monday",
    "the api uses JWT",
    "deploy on mondays",
    "the api uses jwts!",
    "x",
  ];
  let rests = 0;
  const rest = async (): Promise<void> => {
    rests += 1;
  };
  const groups = await groupSimilar(given.map(featuresOf), 0.7, rest);
  expect(groups.map(({ first, others }) => [first, others.map(({ index }) => index)])).toEqual([
    [0, [2, 4]],
    [1, [3]],
  ]);
  expect(groups[0]?.others[0]?.similarity).toBe(1);
  expect(rests).toBe(given.length);
});
