import { expect, test } from "vitest";
import { formatFeedCursor, parseFeedCursor } from "./feed-cursor.ts";

test.for([
  { incarnation: "0193a-b", position: 0 },
  { incarnation: "x".repeat(64), position: 999_999_999_999_999 },
])("a cursor is read as it was written: $position", (cursor) => {
  expect(parseFeedCursor(formatFeedCursor(cursor))).toEqual(cursor);
});

test.for([
  "",
  ".1",
  "a.",
  "a.-1",
  "a.1.2",
  "a.1e3",
  "a 1",
  `${"x".repeat(65)}.1`,
  "a.1234567890123456",
  "a.1\n",
])("[F10] %j is no cursor", (text) => {
  expect(() => parseFeedCursor(text)).toThrow(expect.objectContaining({ code: "invalid", reason: "cursor" }));
});
