import * as v from "valibot";
import { expect, test } from "vitest";
import { time } from "./time.ts";

test.each([
  ["2024-02-29T12:00:00Z", Date.UTC(2024, 1, 29, 12)],
  ["2026-12-31T23:59:59.999Z", Date.UTC(2026, 11, 31, 23, 59, 59, 999)],
  // The day is that of the zone that is named, also where it is another one in UTC.
  ["2026-03-01T00:30:00+02:00", Date.UTC(2026, 1, 28, 22, 30)],
])("%s is a time", (text, milliseconds) => {
  expect(v.parse(time, text)).toEqual(new Date(milliseconds));
});

test.each([
  "2026-02-31T00:00:00Z",
  "2026-02-29T00:00:00+02:00",
  "2026-04-31T10:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-00-10T00:00:00Z",
  "2026-01-00T00:00:00Z",
])("%s is of a day that does not exist", (text) => {
  expect(v.safeParse(time, text).issues).toMatchObject([{ message: "must name a day that exists" }]);
});

test.each(["2026-01-01T25:00:00Z", "1969-12-31T23:59:59Z"])("%s is no time from 1970 on", (text) => {
  expect(v.safeParse(time, text).issues).toMatchObject([{ message: "must be a time from 1970 on" }]);
});
