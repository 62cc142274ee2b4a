import { expect, test } from "vitest";
import { readTime } from "./read-time.ts";

test("a day begins at midnight of the machine's zone, and a time is as it says", () => {
  expect(readTime("--since", "2024-02-29")).toEqual(new Date(2024, 1, 29));
  expect(readTime("--since", "2025-01-31T09:00:00Z")).toEqual(new Date("2025-01-31T09:00:00Z"));
  expect(readTime("--since", "2025-01-31T09:00+02:00")).toEqual(new Date("2025-01-31T07:00:00Z"));
});

test.each([
  "yesterday",
  "",
  "2026-13-01",
  "2026-02-31",
  "2026-02-31T00:00:00Z",
  "2026-01-01T25:00:00Z",
  "2026-01-01T09:00:00",
  "0050-01-01",
  "1960-01-01",
])("%j is refused, and the option is named", (text) => {
  expect(() => readTime("--until", text)).toThrow(
    expect.objectContaining({
      code: "invalid",
      message: expect.stringMatching(/^--until takes a day .* ISO 8601 .*, not .*\.$/) as string,
    }),
  );
});
