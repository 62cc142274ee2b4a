import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type ImportanceFacts, type ImportancePart, importanceBounds, importanceOf } from "./importance.ts";

const importanceParts: readonly ImportancePart[] = ["recency", "score", "frequency", "edits", "dependents"];

function importanceValue(given: ImportanceFacts, now: number): number {
  return importanceOf(given, now).importance;
}

const count = fc.oneof(fc.nat(50), fc.maxSafeNat());
const time = fc.oneof(fc.nat(10 ** 6), fc.integer({ min: -(2 ** 52), max: 2 ** 52 }));
const score = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
const facts: fc.Arbitrary<ImportanceFacts> = fc.record({
  accessCount: count,
  editCount: count,
  lastAccessed: time,
  score,
  dependents: count,
});

test("importance is from 0 to 1, the sum of its weighed parts, and the same each time", () => {
  const property = fc.property(facts, time, (given, now) => {
    const { importance, parts } = importanceOf(given, now);
    expect(importance).toBeGreaterThanOrEqual(0);
    expect(importance).toBeLessThanOrEqual(1);
    const all = importanceParts.map((name) => parts[name]);
    for (const { value } of all) expect(value >= 0 && value <= 1).toBe(true);
    expect(all.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(all.reduce((sum, { weight, value }) => sum + weight * value, 0)).toBeCloseTo(importance, 12);
    expect(importanceOf({ ...given }, now)).toEqual({ importance, parts });
    const { least, most } = importanceBounds(given, now);
    expect(least).toBe(importanceValue({ ...given, dependents: 0 }, now));
    expect(most).toBe(importanceValue({ ...given, dependents: Infinity }, now));
  });
  fc.assert(property, { numRuns: 500 });
});

test("more accesses, edits and dependents, a later access and a higher score never lower importance", () => {
  const more = fc.oneof(
    fc.record({ accessCount: count }),
    fc.record({ editCount: count }),
    fc.record({ dependents: count }),
    fc.record({ lastAccessed: time }),
    fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );
  const property = fc.property(facts, time, more, (given, now, change) => {
    const [name, value] = Object.entries(change)[0] as [keyof ImportanceFacts, number];
    const before = given[name];
    fc.pre(before !== null);
    const lower = importanceValue({ ...given, [name]: Math.min(before, value) }, now);
    expect(importanceValue({ ...given, [name]: Math.max(before, value) }, now)).toBeGreaterThanOrEqual(lower);
  });
  fc.assert(property, { numRuns: 2_000 });
});

test("time that passes never raises importance, and an access that is yet to come counts as now", () => {
  const property = fc.property(facts, time, count, (given, now, passed) => {
    expect(importanceValue(given, now + passed)).toBeLessThanOrEqual(importanceValue(given, now));
    const ahead = importanceValue({ ...given, lastAccessed: now + passed }, now);
    expect(ahead).toBe(importanceValue({ ...given, lastAccessed: now }, now));
  });
  fc.assert(property, { numRuns: 1_000 });
});

test("importance tells each part and its reason", () => {
  const now = Date.UTC(2026, 0, 10);
  const week = 7 * 24 * 60 * 60 * 1_000;
  const given = { accessCount: 10, editCount: 3, lastAccessed: now - week, score: null, dependents: 5 };
  expect(importanceOf(given, now)).toEqual({
    importance: 0.5,
    parts: {
      recency: { value: 0.5, weight: 0.3, reason: "last accessed 7 days ago" },
      score: { value: 0.5, weight: 0.25, reason: "no score was given" },
      frequency: { value: 0.5, weight: 0.2, reason: "accessed 10 times" },
      edits: { value: 0.5, weight: 0.15, reason: "edited 3 times" },
      dependents: { value: 0.5, weight: 0.1, reason: "5 resources depend on it" },
    },
  });
  const fresh = importanceOf(
    { accessCount: 1, editCount: 0, lastAccessed: now, score: 1, dependents: 1 },
    now,
  );
  expect(importanceParts.map((name) => fresh.parts[name].reason)).toEqual([
    "last accessed within the last hour",
    "given the score 1",
    "accessed once",
    "never edited",
    "1 resource depends on it",
  ]);
  const { recency } = importanceOf({ ...given, lastAccessed: now - 3 * week }, now).parts;
  expect(recency).toMatchObject({ value: 0.25, reason: "last accessed 21 days ago" });
});
