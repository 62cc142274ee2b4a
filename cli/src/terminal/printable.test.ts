import { expect, test } from "vitest";
import { oneLine, printable } from "./printable.ts";

test.each([
  ["lines\n\tstay", "lines\n\tstay"],
  ["\u001b[31mred\u001b[0m", "red"],
  ["\u001b]0;title\u0007x", "x"],
  ["a\rb\u0008c\u0000d\u009be", "abcde"],
])("%j", (text, clean) => {
  expect(printable(text)).toBe(clean);
});

test("one line", () => {
  expect(oneLine("  a\n\n b\r\n\u001b[2Jc ")).toBe("a b c");
});
