import * as v from "valibot";

const expected = "must be a time: a Date or ISO 8601 text with a zone";

/** A time: a Date, or ISO 8601 text with a zone. Milliseconds are kept. */
export const time = v.pipe(
  v.union(
    [
      v.date(expected),
      v.pipe(v.string(expected), v.regex(/^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/, expected)),
    ],
    expected,
  ),
  v.check((value) => typeof value !== "string" || isCalendarDay(value), "must name a day that exists"),
  v.transform((value) => new Date(value)),
  v.check((value) => !Number.isNaN(value.getTime()) && value.getTime() >= 0, "must be a time from 1970 on"),
);

/** Whether the day that the text begins with is in the calendar: a Date would take the 30th of February for a day of March. */
function isCalendarDay(text: string): boolean {
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** Milliseconds since the epoch as a Date; null for 0, which says never. */
export function dateOf(milliseconds: unknown): Date | null {
  return typeof milliseconds === "number" && milliseconds !== 0 ? new Date(milliseconds) : null;
}
