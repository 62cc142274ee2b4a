import { ThroughlineError } from "@throughline/core";

const pattern =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?<clock>T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * The time that an option's text means: a day is its beginning, in the machine's zone; a time has its own zone.
 *
 * @throws ThroughlineError `invalid`, which names the option
 */
export function readTime(option: string, text: string): Date {
  const { year, month, day, clock } = pattern.exec(text)?.groups ?? {};
  const numbers = [Number(year), Number(month) - 1, Number(day)] as const;
  const midnight = new Date(Date.UTC(...numbers));
  // A Date takes the 30th of February for a day of March.
  const isDay = midnight.getUTCMonth() === numbers[1] && midnight.getUTCDate() === numbers[2];
  const time = clock === undefined ? new Date(...numbers) : new Date(text);
  if (isDay && time.getTime() >= 0) return time;
  throw new ThroughlineError(
    "invalid",
    `${option} takes a day (2025-01-31) or an ISO 8601 time with its zone (2025-01-31T09:00:00Z), from 1970 on, not ${text}.`,
    { reason: "type" },
  );
}
