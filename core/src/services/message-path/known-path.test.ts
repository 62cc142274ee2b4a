import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Branch, KnownBranches } from "./known-branches.ts";
import { KnownPath, type PathRange, type Unknown } from "./known-path.ts";

const session = "s";
const farthest = Number.MAX_SAFE_INTEGER;

function pathOf(end: number, given: readonly Branch[], forkedAt = 0, history: readonly PathRange[] = []) {
  const branches = new KnownBranches();
  branches.learn(0, farthest, given);
  return new KnownPath({ session, forkedAt, history, branches }, end);
}

function rangesOf(path: KnownPath): (readonly [string, number, number])[] {
  const whole = path.whole();
  if ("unknownAt" in whole) throw new Error("the path is not known");
  return whole.map(({ session: of, from, to }) => [of, from, to]);
}

test("no end, no path", () => {
  expect(rangesOf(pathOf(0, []))).toEqual([]);
  expect(rangesOf(pathOf(0, [], 4, [{ session: "p", from: 1, to: 4 }]))).toEqual([]);
});

test("without branches all is one range", () => {
  expect(rangesOf(pathOf(9, []))).toEqual([["s", 1, 9]]);
});

test("ranges join where a branch begins, and pass over what lies between", () => {
  const branches = [
    { seq: 4, parentSeq: 2 },
    { seq: 7, parentSeq: 5 },
    { seq: 9, parentSeq: 0 },
  ];
  expect(rangesOf(pathOf(8, branches))).toEqual([
    ["s", 1, 2],
    ["s", 4, 5],
    ["s", 7, 8],
  ]);
  expect(rangesOf(pathOf(3, branches))).toEqual([["s", 1, 3]]);
  expect(rangesOf(pathOf(10, branches))).toEqual([["s", 9, 10]]);
});

describe("of a fork", () => {
  const history = [
    { session: "g", from: 1, to: 3 },
    { session: "p", from: 6, to: 8 },
  ];

  test("the path goes on into what it shares", () => {
    expect(rangesOf(pathOf(10, [], 8, history))).toEqual([
      ["g", 1, 3],
      ["p", 6, 8],
      ["s", 9, 10],
    ]);
    expect(rangesOf(pathOf(8, [], 8, history))).toEqual([
      ["g", 1, 3],
      ["p", 6, 8],
    ]);
  });

  test("a branch may leave what it shares at any position, and follow nothing", () => {
    expect(rangesOf(pathOf(11, [{ seq: 10, parentSeq: 6 }], 8, history))).toEqual([
      ["g", 1, 3],
      ["p", 6, 6],
      ["s", 10, 11],
    ]);
    expect(rangesOf(pathOf(9, [{ seq: 9, parentSeq: 2 }], 8, history))).toEqual([
      ["g", 1, 2],
      ["s", 9, 9],
    ]);
    expect(rangesOf(pathOf(9, [{ seq: 9, parentSeq: 0 }], 8, history))).toEqual([["s", 9, 9]]);
  });
});

/** A tree as shares: each message follows the one before it, or one somewhere before. */
const trees = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 40 });

function parentsOf(shares: readonly number[]): number[] {
  return shares.map((share, index) =>
    share < 0.6 ? index : Math.floor(((share - 0.6) / 0.4) * (index + 1)),
  );
}

function branchesOf(parents: readonly number[]): Branch[] {
  return parents
    .map((parentSeq, index) => ({ seq: index + 1, parentSeq }))
    .filter(({ seq, parentSeq }) => parentSeq !== seq - 1);
}

function walk(parents: readonly number[], end: number): number[] {
  const walked: number[] = [];
  for (let seq = end; seq > 0; seq = parents[seq - 1] ?? 0) walked.unshift(seq);
  return walked;
}

test("the ranges of any tree hold the positions that a walk from parent to parent meets", () => {
  const property = fc.property(trees, fc.nat(), (shares, at) => {
    const parents = parentsOf(shares);
    const end = (at % parents.length) + 1;
    const held = rangesOf(pathOf(end, branchesOf(parents))).flatMap(([, from, to]) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
    expect(held).toEqual(walk(parents, end));
  });
  fc.assert(property, { numRuns: 1_000 });
});

test("what is not known is asked for, piece by piece, from wherever the path is read", () => {
  const pageSizes = fc.integer({ min: 1, max: 3 });
  const property = fc.property(
    trees,
    fc.nat(),
    pageSizes,
    fc.boolean(),
    fc.nat(),
    (shares, at, page, isForward, from) => {
      const parents = parentsOf(shares);
      const end = (at % parents.length) + 1;
      const all = branchesOf(parents);
      const branches = new KnownBranches();
      const path = new KnownPath({ session, forkedAt: 0, history: [], branches }, end);
      const begin = from % (parents.length + 2);
      const held: number[] = [];
      let position = begin;
      let asked = 0;
      // One question for each branch and one for the end are enough; more would never end.
      while (asked <= all.length + 1) {
        const next: PathRange | Unknown | undefined = path.next(position, isForward);
        if (next === undefined) break;
        if ("unknownAt" in next) {
          asked += 1;
          const above = branches.knownBelow(next.unknownAt);
          const found = all.filter(({ seq }) => seq > above && seq <= next.unknownAt).slice(-page);
          const isWhole = found.length < page;
          branches.learn(isWhole ? above : (found[0]?.seq ?? 1) - 1, next.unknownAt, found);
          continue;
        }
        const range = Array.from({ length: next.to - next.from + 1 }, (_, index) => next.from + index);
        held.push(...(isForward ? range : range.toReversed()));
        position = isForward ? next.to : next.from;
      }
      const walked = walk(parents, end);
      expect(held).toEqual(
        isForward ? walked.filter((seq) => seq > begin) : walked.filter((seq) => seq < begin).toReversed(),
      );
    },
  );
  fc.assert(property, { numRuns: 1_000 });
});

test("whether a path has positions before one of them", () => {
  const path = pathOf(8, [{ seq: 4, parentSeq: 2 }]);
  path.next(5, true);
  expect(path.hasBefore(4)).toBe(true);
  path.next(0, true);
  expect(path.hasBefore(2)).toBe(true);
  expect(path.hasBefore(1)).toBe(false);
  const anew = pathOf(8, [{ seq: 6, parentSeq: 0 }]);
  anew.next(0, true);
  expect(anew.hasBefore(6)).toBe(false);
  expect(anew.hasBefore(7)).toBe(true);
});
