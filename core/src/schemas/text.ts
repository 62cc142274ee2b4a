/** Text that keys, titles and queries may hold. */
import * as v from "valibot";

/** Bytes of UTF-8. */
const labelBytes = 255;
const indexedBytes = 1_024;

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isShort(text: string, limit: number): boolean {
  return text.length * 3 <= limit || byteLength(text) <= limit;
}

export function cleanText(limit: number) {
  return v.pipe(
    v.string("must be text"),
    v.check(
      (text) => text.isWellFormed() && !text.includes("\0"),
      "must have neither NUL nor lone surrogates",
    ),
    v.check((text) => isShort(text, limit), `must have at most ${limit} bytes`),
  );
}

/** Names of users, tools, projects and the like: 1 to 255 bytes. */
export const label = v.pipe(cleanText(labelBytes), v.nonEmpty("must not be empty"));
/** Keys and paths: 1 to 1,024 bytes. */
export const keyText = v.pipe(cleanText(indexedBytes), v.nonEmpty("must not be empty"));
/** What stands in the path of a URL by its name: there these two mean another folder. */
export const notDots = v.regex<string, string>(/^(?!\.\.?$)/, "must not be one or two full stops");
/** Titles, summaries and other prose; may be empty. */
export const prose = cleanText(65_536);
/** What a person searches for. */
export const queryText = v.pipe(cleanText(4_096), v.nonEmpty("must not be empty"));
