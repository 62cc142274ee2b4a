import { expect, test } from "vitest";
import { median, percentile, shuffle } from "./statistics.ts";

test("a percentile is a value of the list, the nearest that holds the share", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile(values, 1)).toBe(100);
  expect(percentile([7], 0.5)).toBe(7);
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});

test("the median of an even count lies between the middle two", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
});

test("shuffling keeps every value", () => {
  const values = [1, 2, 3, 4, 5];
  expect(shuffle(values).toSorted((left, right) => left - right)).toEqual(values);
});
