import { expect, test } from "vitest";
import { Results } from "./bench.ts";
import { largestOf, medianOf, pick, ratioOf } from "./compare.ts";

function resultsOf(rounds: Readonly<Record<string, readonly (number | undefined)[]>>): Results {
  const results = new Results();
  for (const [label, values] of Object.entries(rounds)) {
    for (const [round, p50] of values.entries()) if (p50 !== undefined) results.add(label, round, [{ p50 }]);
  }
  return results;
}

const value = pick("p50");

test("a ratio is taken within each round, not between medians", () => {
  const results = resultsOf({ one: [10, 40, 90], other: [10, 20, 30] });
  expect(ratioOf(results, { label: "one", value }, { label: "other", value })).toBe(2);
});

test("rounds in which one side is missing do not count", () => {
  const results = resultsOf({ one: [10, undefined, 60], other: [5, 1, 20] });
  expect(ratioOf(results, { label: "one", value }, { label: "other", value })).toBe(2.5);
  expect(medianOf(results, "one", value)).toBe(35);
  expect(largestOf(results, "one", value)).toBe(60);
});

test("a job that failed once has no number, even where some rounds succeeded", () => {
  const results = resultsOf({ one: [10, 20] });
  results.fail("one", "lost a message");
  expect(medianOf(results, "one", value)).toBeUndefined();
  expect(ratioOf(results, { label: "one", value }, { label: "one", value })).toBeUndefined();
});
