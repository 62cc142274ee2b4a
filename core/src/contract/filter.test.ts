import { expect, test } from "vitest";
import type { Filter } from "./filter.ts";
import { passesFilters } from "./filter.ts";

const record = {
  title: "The Quick Fox",
  rank: 3,
  flag: true,
  score: null,
  tags: '["x","y"]',
  metadata: '{"a":{"b":[1]},"n":null,"":"empty"}',
  none: "",
};

const cases: readonly (readonly [Filter, boolean])[] = [
  [{ field: "title", test: "equals", value: "The Quick Fox" }, true],
  [{ field: "title", test: "equals", value: "the quick fox" }, false],
  [{ field: "rank", test: "equals", value: "3" as unknown as number }, false],
  [{ field: "flag", test: "equals", value: true }, true],
  [{ field: "flag", test: "differs", value: false }, true],
  [{ field: "score", test: "equals", value: 0 }, false],
  [{ field: "rank", test: "above", value: 3 }, false],
  [{ field: "rank", test: "from", value: 3 }, true],
  [{ field: "rank", test: "to", value: 3 }, true],
  [{ field: "rank", test: "below", value: 3 }, false],
  [{ field: "score", test: "below", value: 9 }, false],
  [{ field: "title", test: "above", value: "The Quick Ewe" }, true],
  [{ field: "title", test: "contains", value: "qUICK" }, true],
  [{ field: "title", test: "contains", value: "slow" }, false],
  [{ field: "rank", test: "contains", value: "3" }, false],
  [{ field: "tags", test: "has", value: "y" }, true],
  [{ field: "tags", test: "has", value: "xy" }, false],
  [{ field: "metadata", test: "has", value: "a" }, false],
  [{ field: "none", test: "has", value: "" }, false],
  [{ field: "metadata", test: "path", path: ["a", "b", "0"], value: 1 }, true],
  [{ field: "metadata", test: "path", path: ["n"], value: null }, true],
  [{ field: "metadata", test: "path", path: ["gone"], value: null }, false],
  [{ field: "metadata", test: "path", path: ["n", "deeper"], value: null }, false],
  [{ field: "metadata", test: "path", path: [""], value: "empty" }, true],
  [{ field: "metadata", test: "path", path: ["toString"], value: "x" }, false],
  [{ field: "none", test: "path", path: ["a"], value: 1 }, false],
  [{ field: "title", test: "path", path: [], value: null }, false],
  [{ field: "title", test: "has", value: "The" }, false],
];

test.for(cases)("[R8] %j is %s", ([filter, passes]) => {
  expect(passesFilters(record, [filter])).toBe(passes);
});

test("[R8] every filter has to pass, and no filter passes everything", () => {
  const passing: Filter = { field: "rank", test: "from", value: 1 };
  const failing: Filter = { field: "rank", test: "from", value: 9 };
  expect(passesFilters(record, undefined)).toBe(true);
  expect(passesFilters(record, [])).toBe(true);
  expect(passesFilters(record, [passing, passing])).toBe(true);
  expect(passesFilters(record, [passing, failing])).toBe(false);
});
