import type { KeyValue } from "@throughline/core";
import { compareKeys } from "@throughline/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeKey, intervalAfter, intervalOf, isWithin, tenantOf } from "./ordered-key.ts";

/** Text as keys hold it: no NUL, no lone surrogate, and many characters that are hard to sort. */
const character = fc.oneof(
  fc.constantFrom(
    "\u0001",
    "\t",
    "\n",
    "\u000B",
    " ",
    "a",
    "b",
    "\uD7FF",
    "\uE000",
    "\uFFFE",
    "\uFFFF",
    "\u{10000}",
    "\u{10FFFF}",
  ),
  fc
    .string({ unit: "binary", minLength: 1, maxLength: 1 })
    .filter((text) => text !== "\u0000" && text.isWellFormed()),
);
const text = fc.string({ unit: character, maxLength: 6 });
const number = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }));
/** Keys of one kind: their values have the same types. */
const keys = fc
  .array(fc.constantFrom(text, number), { minLength: 1, maxLength: 3 })
  .chain(
    (types) => fc.tuple(fc.tuple(...types), fc.tuple(...types)) as fc.Arbitrary<[KeyValue[], KeyValue[]]>,
  );

const sign = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
const bytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

test("keys sort as their values do, by UTF-16 units and by the bytes of UTF-8", () => {
  fc.assert(
    fc.property(keys, ([left, right]) => {
      const order = Math.sign(compareKeys(left, right));
      const [a, b] = [encodeKey("t", left), encodeKey("t", right)];
      expect([sign(a, b), bytes(a, b)]).toEqual([order, order]);
    }),
    { numRuns: 2_000 },
  );
});

test("an interval holds the keys of its prefix and range, and no others", () => {
  const bounds = fc.record({ above: number, from: number, to: number, below: number }, { requiredKeys: [] });
  fc.assert(
    fc.property(text, text, number, bounds, (prefix, other, value, range) => {
      const isIn =
        other === prefix &&
        (range.above === undefined || value > range.above) &&
        (range.from === undefined || value >= range.from) &&
        (range.to === undefined || value <= range.to) &&
        (range.below === undefined || value < range.below);
      expect(isWithin(intervalOf("t", [prefix], range), encodeKey("t", [other, value, "x"]))).toBe(isIn);
    }),
    { numRuns: 2_000 },
  );
});

test("what comes after a place is what its order says", () => {
  fc.assert(
    fc.property(text, number, text, number, (name, value, otherName, otherValue) => {
      const all = intervalOf("t", []);
      const key = encodeKey("t", [name, value]);
      const after = encodeKey("t", [otherName, otherValue]);
      const order = compareKeys([name, value], [otherName, otherValue]);
      expect(isWithin(intervalAfter(all, "forward", after), key)).toBe(order > 0);
      expect(isWithin(intervalAfter(all, "backward", after), key)).toBe(order < 0);
    }),
    { numRuns: 2_000 },
  );
});

test("the tenant can be read from a key, and others' keys lie outside its interval", () => {
  fc.assert(
    fc.property(text, text, text, (tenant, other, value) => {
      const key = encodeKey(tenant, [value]);
      expect(tenantOf(key)).toBe(tenant);
      expect(isWithin(intervalOf(other, []), key)).toBe(other === tenant);
    }),
    { numRuns: 2_000 },
  );
});
