import { isJsonObject, isNestedDeeperThan } from "./json-object.ts";
import type { JsonObject } from "./json-object.ts";

/** An object found on a line, and which of the line's characters it took. */
export interface LineRecord {
  readonly value: JsonObject;
  readonly start: number;
  readonly end: number;
}

export interface ParsedLine {
  readonly records: readonly LineRecord[];
  /** What could not be read, for a person. */
  readonly problem?: string;
}

/** Serialising goes one stack frame a level, so a hostile depth would crash whoever stores the record. */
const deepestNesting = 1000;

/** A damaged line is searched for whole objects this many times. */
const mostRestarts = 8;

/**
 * Reads the objects of one line. Usually there is one. Tools that append without a lock sometimes lose a newline
 * between two records, and one that was killed leaves half a record for the next to be written behind: whole
 * objects that follow each other, or a torn one, are read too.
 */
export function parseJsonLine(text: string): ParsedLine {
  const whole = parseObject(text);
  const end = text.trimEnd().length;
  if (typeof whole !== "string") return { records: [{ value: whole, start: skipSpace(text, 0), end }] };
  const records: LineRecord[] = [];
  let problem: string | undefined;
  let restarts = 0;
  for (let start: number | undefined = skipSpace(text, 0); start !== undefined && start < end;) {
    const objectEnd = endOfObject(text, start);
    const value = objectEnd === undefined ? whole : parseObject(text.slice(start, objectEnd));
    if (objectEnd !== undefined && typeof value !== "string") {
      records.push({ value, start, end: objectEnd });
      start = skipSpace(text, objectEnd);
      continue;
    }
    problem ??= typeof value === "string" ? value : whole;
    restarts += 1;
    start = restarts > mostRestarts ? undefined : nextObject(text, start + 1);
  }
  return { records, ...(problem !== undefined && { problem }) };
}

/** An object inside another follows a colon, a comma or a bracket; one that was written behind a torn one need not. */
function nextObject(text: string, from: number): number | undefined {
  const pattern = /[^:,[\s\\]\{"/g;
  pattern.lastIndex = from - 1;
  const found = pattern.exec(text);
  return found === null ? undefined : found.index + 1;
}

function parseObject(text: string): JsonObject | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not valid JSON";
  }
  if (!isJsonObject(value)) return "not a JSON object";
  // Each level takes two characters: most lines are too short for so many.
  const isDeep = text.length > 2 * deepestNesting && isNestedDeeperThan(value, deepestNesting);
  return isDeep ? `nested deeper than ${deepestNesting} levels` : value;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r".includes(text.charAt(at))) at += 1;
  return at;
}

/** Index after the brace that closes the object beginning at `start`. */
function endOfObject(text: string, start: number): number | undefined {
  if (text[start] !== "{") return undefined;
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === "\\") at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
