import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Positions, both, unite, without } from "./position-ranges.ts";

const ranges = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 6 })), { maxLength: 8 })
  .map((pairs) => pairs.map(([from, length]) => [from, from + length] as const));

function members(positions: Positions): ReadonlySet<number> {
  return new Set(
    positions.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index)),
  );
}

test("ranges are united, taken away and intersected as the sets that they stand for", () => {
  fc.assert(
    fc.property(ranges, ranges, (one, other) => {
      const [left, right] = [unite(one), unite(other)];
      expect(members(left)).toEqual(members(one));
      left.forEach(([from], index) => expect(from).toBeGreaterThan((left[index - 1]?.[1] ?? -1) + 1));
      expect(members(without(left, right))).toEqual(members(one).difference(members(other)));
      expect(members(both(left, right))).toEqual(members(one).intersection(members(other)));
    }),
  );
});
