import * as fc from "fast-check";
import { expect, test } from "vitest";
import { KnownBranches } from "./known-branches.ts";

test("nothing is known of what was not learnt", () => {
  const known = new KnownBranches();
  expect(known.lastAt(5)).toBe(5);
  expect(known.lastAt(0)).toBeUndefined();
  known.learn(4, 9, [{ seq: 6, parentSeq: 1 }]);
  expect(known.lastAt(10)).toBe(10);
  expect(known.lastAt(9)).toEqual({ seq: 6, parentSeq: 1 });
  expect(known.lastAt(5)).toBe(4);
  expect(known.lastAt(4)).toBe(4);
  known.learn(0, 4, []);
  expect(known.lastAt(5)).toBeUndefined();
  expect(known.to).toBe(9);
  expect(known.count).toBe(1);
});

test("pieces learnt in any order, over each other, say what is there, and nothing that is not", () => {
  const branchSeqs = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 20 });
  const pieces = fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 })), { maxLength: 12 });
  const property = fc.property(branchSeqs, pieces, (seqs, given) => {
    const all = seqs.toSorted((left, right) => left - right).map((seq) => ({ seq, parentSeq: 0 }));
    const known = new KnownBranches();
    const positions = new Set<number>();
    for (const [above, to] of given) {
      known.learn(
        above,
        to,
        all.filter(({ seq }) => seq > above && seq <= to),
      );
      for (let position = above + 1; position <= to; position += 1) positions.add(position);
    }
    for (let position = 1; position <= 30; position += 1) {
      let expected: unknown;
      for (let at = position; at > 0 && expected === undefined; at -= 1) {
        expected = positions.has(at) ? all.find(({ seq }) => seq === at) : at;
      }
      expect(known.lastAt(position)).toEqual(expected);
    }
    expect(known.count).toBe(all.filter(({ seq }) => positions.has(seq)).length);
    expect(known.to).toBe(Math.max(0, ...positions));
  });
  fc.assert(property, { numRuns: 1_000 });
});
