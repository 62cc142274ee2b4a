import { expect, test } from "vitest";
import { displayWidth, fitWidth } from "./display-width.ts";

test.each([
  ["", 0],
  ["garden", 6],
  ["Straße", 6],
  ["日本語", 6],
  ["한국", 4],
  ["ｆｕｌｌ", 8],
  ["🌱", 2],
  ["👩‍🌾", 2],
  ["🇩🇪", 2],
  ["e\u0301", 1],
  ["a\u200bb", 2],
])("%j takes %i columns", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test.each([
  ["garden", 6, "garden"],
  ["gardens", 6, "garde…"],
  ["日本語です", 6, "日本…"],
  ["日本語です", 5, "日本…"],
  ["a 👩‍🌾 b", 4, "a…"],
])("%j in %#: %i columns", (text, columns, fitted) => {
  expect(fitWidth(text, columns)).toBe(fitted);
  expect(displayWidth(fitted)).toBeLessThanOrEqual(columns);
});
