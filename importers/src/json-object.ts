/** Lenient reading of foreign JSON: a field of the wrong type counts as absent. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text with something in it besides white space. */
export function readText(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** A text fit for an id, a key or a path: not empty, no NUL, no lone surrogate, at most `limit` characters. */
export function readLabel(value: unknown, limit = 200): string | undefined {
  if (typeof value !== "string" || value === "" || value.length > limit) return undefined;
  return value.includes("\0") || !value.isWellFormed() ? undefined : value;
}

/** A whole number from 0 that JavaScript holds exactly. */
export function readCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** An ISO 8601 time as milliseconds since the epoch. */
export function readTime(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT/.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isSafeInteger(time) && time >= 0 ? time : undefined;
}

/** Whether arrays and objects are nested more than `limit` deep. Never goes deeper than that itself. */
export function isNestedDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  for (const item of Object.values(value)) if (isNestedDeeperThan(item, limit - 1)) return true;
  return false;
}
