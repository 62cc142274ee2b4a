import { expect, test } from "vitest";
import type { Kind, Row } from "../model/kind.ts";
import { isInRange, placeOf, selectFields } from "./page.ts";

const kind: Kind = {
  name: "things",
  key: ["id"],
  fields: {
    id: { type: "text" },
    flag: { type: "boolean" },
    rank: { type: "integer" },
    score: { type: "real", nullable: true },
    body: { type: "text", heavy: true },
  },
  unique: {},
  shapes: { flag: ["flag", "rank"] },
};
const row: Row = { id: "a", flag: true, rank: 2, score: null, body: "long", revision: 3 };

test("[R5] a place holds the shape's fields, then the key, booleans as numbers", () => {
  expect(placeOf(kind, "flag", row)).toEqual([1, 2, "a"]);
  expect(placeOf(kind, "key", row)).toEqual(["a"]);
  expect(() => placeOf(kind, "none", row)).toThrow(TypeError);
});

test.for([
  [[1], {}, true],
  [[0], {}, false],
  [[1], { above: 1 }, true],
  [[1], { above: 2 }, false],
  [[1], { from: 2, to: 2 }, true],
  [[1], { below: 2 }, false],
  [[1, 2], { above: "Z" }, true],
  [[1, 2, "a"], undefined, true],
] as const)("[R6] under prefix %j within %j: %s", ([prefix, range, expected]) => {
  expect(isInRange([1, 2, "a"], prefix, range)).toBe(expected);
});

test("[R2] a selection has the key, or all but heavy fields, or everything, and null stays null", () => {
  expect(selectFields(kind, row, "key")).toEqual({ id: "a", revision: 3 });
  expect(selectFields(kind, row)).toEqual({ id: "a", flag: true, rank: 2, score: null, revision: 3 });
  expect(selectFields(kind, row, "all")).toBe(row);
});
