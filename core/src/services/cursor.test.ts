import { expect, test } from "vitest";
import { readCursor, writeCursor } from "./cursor.ts";

const long = `list ${"x".repeat(100)}`;

test.each([
  [[]],
  [[0]],
  [["forward", 12]],
  [[Number.MAX_SAFE_INTEGER, "01-abc"]],
  [["é€🧵 \u{10ffff}", -1]],
  [[">>>???~~~", ""]],
])("a place comes back as it was written, and fits a URL: %j", (values) => {
  for (const list of ["list", long, "é"]) {
    const cursor = writeCursor(list, values);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(readCursor(list, cursor)).toEqual(values);
  }
});

test.each(["other", `${long}y`, ""])("a cursor of another list is refused: %j", (other) => {
  for (const list of ["list", long]) {
    expect(() => readCursor(other, writeCursor(list, [1]))).toThrow(
      expect.objectContaining({ code: "invalid", reason: "cursor" }),
    );
  }
});

test.each([
  "",
  "a",
  "****",
  "\u20ac",
  btoa("[]"),
  btoa("{}"),
  btoa('["list",1.5]'),
  btoa('["list",null]'),
  btoa("\xff"),
])("what is no cursor is refused: %j", (cursor) => {
  expect(() => readCursor("list", cursor)).toThrow(
    expect.objectContaining({ code: "invalid", reason: "cursor" }),
  );
});
