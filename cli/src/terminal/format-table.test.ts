import { expect, test } from "vitest";
import { displayWidth } from "./display-width.ts";
import { formatTable } from "./format-table.ts";

const columns = [
  { header: "N", align: "right" },
  { header: "TITLE", isFlexible: true },
  { header: "X" },
] as const;
const rows = [
  ["1", "日本語のとても長い題名", "a"],
  ["100", "short", "b"],
];

test("without a width nothing is cut, and columns stand under each other", () => {
  expect(formatTable(columns, rows, undefined)).toEqual([
    "  N  TITLE                   X",
    "  1  日本語のとても長い題名  a",
    "100  short                   b",
  ]);
});

test("the flexible column gives way, by columns of the screen", () => {
  const lines = formatTable(columns, rows, 20);
  expect(lines).toEqual(["  N  TITLE         X", "  1  日本語のと…   a", "100  short         b"]);
});

test("no line is wider than the screen, however narrow it is", () => {
  for (const width of [1, 5, 10, 19]) {
    for (const line of formatTable(columns, rows, width))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  }
});
