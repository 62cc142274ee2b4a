import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chooseWindow } from "./choose-window.ts";

test("without occurrences there is no window", () => {
  expect(chooseWindow([], 10)).toBeUndefined();
});

const occurrence = fc
  .tuple(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 15 }), fc.nat({ max: 3 }))
  .map(([start, length, clause]) => ({ start, end: start + length, clause }));

test("no window of that length has more clauses, or as many with more occurrences, or begins earlier", () => {
  fc.assert(
    fc.property(
      fc.array(occurrence, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 5, max: 30 }),
      (all, length) => {
        const window = chooseWindow(all, length);
        const rate = (from: number): number => {
          const inside = all.filter(
            ({ start, end }) => start >= from && Math.min(end, start + length) <= from + length,
          );
          return new Set(inside.map(({ clause }) => clause)).size * 1000 + inside.length;
        };
        const starts = all.map(({ start }) => start).toSorted((a, b) => a - b);
        const best = Math.max(...starts.map(rate));
        expect(window?.start).toBe(starts.find((start) => rate(start) === best));
        expect((window?.end ?? 0) - (window?.start ?? 0)).toBeLessThanOrEqual(length);
      },
    ),
    { numRuns: 1000 },
  );
});
