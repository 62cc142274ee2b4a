import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pathRanges } from "./path-ranges.ts";

test("no head, no path", () => {
  expect(pathRanges(0, [])).toEqual([]);
});

test("without branches all is one range", () => {
  expect(pathRanges(9, [])).toEqual([{ from: 1, to: 9 }]);
});

test("ranges join where a branch begins, and pass over what lies between", () => {
  const branches = [
    { seq: 4, parentSeq: 2 },
    { seq: 7, parentSeq: 5 },
    { seq: 9, parentSeq: 0 },
  ];
  expect(pathRanges(8, branches)).toEqual([
    { from: 1, to: 2 },
    { from: 4, to: 5 },
    { from: 7, to: 8 },
  ]);
  expect(pathRanges(3, branches)).toEqual([{ from: 1, to: 3 }]);
  expect(pathRanges(10, branches)).toEqual([{ from: 9, to: 10 }]);
});

test("the ranges of any tree hold the positions that a walk from parent to parent meets", () => {
  const trees = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 40 });
  const property = fc.property(trees, fc.nat(), (shares, at) => {
    const parents = shares.map((share, index) => (share < 0.6 ? index : Math.floor(share * index)));
    const head = (at % parents.length) + 1;
    const branches = parents
      .map((parentSeq, index) => ({ seq: index + 1, parentSeq }))
      .filter(({ seq, parentSeq }) => parentSeq !== seq - 1);
    const walked: number[] = [];
    for (let seq = head; seq > 0; seq = parents[seq - 1] ?? 0) walked.unshift(seq);
    const held = pathRanges(head, branches).flatMap(({ from, to }) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
    expect(held).toEqual(walked);
  });
  fc.assert(property, { numRuns: 1_000 });
});
