import { ThroughlineError } from "@throughline/core";

const hour = 3_600_000;
const units: Readonly<Record<string, number>> = { m: 60_000, h: hour, d: 24 * hour, w: 7 * 24 * hour };
const longest = 100 * 366 * 24 * hour;

/**
 * The milliseconds that an option's text means: `90m`, `12h`, `30d` or `8w`, from a minute to a hundred years.
 *
 * @throws ThroughlineError `invalid`, which names the option
 */
export function readDuration(option: string, text: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([mhdw])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (units[unit] ?? Number.NaN);
  if (milliseconds > 0 && milliseconds <= longest) return milliseconds;
  throw new ThroughlineError(
    "invalid",
    `${option} takes minutes, hours, days or weeks (90m, 12h, 30d, 8w), at most a hundred years, not ${text}.`,
    { reason: "type" },
  );
}
