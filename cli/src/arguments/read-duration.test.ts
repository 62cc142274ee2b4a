import { expect, test } from "vitest";
import { readDuration } from "./read-duration.ts";

test.each([
  ["1m", 60_000],
  ["90m", 5_400_000],
  ["12h", 43_200_000],
  ["30d", 2_592_000_000],
  ["8w", 4_838_400_000],
])("%s", (text, milliseconds) => {
  expect(readDuration("--in", text)).toBe(milliseconds);
});

test.each(["", "30", "d", "0d", "-1d", "1.5d", "30 d", "30D", "1y", "999999999d", "1e3d"])(
  "%j is none",
  (text) => {
    expect(() => readDuration("--in", text)).toThrow(/^--in takes minutes, hours, days or weeks/);
  },
);
