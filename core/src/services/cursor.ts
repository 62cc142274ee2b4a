/** Cursors of lists: opaque to callers, checked when they come back. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { KeyValue } from "../model/kind.ts";
import { ThroughlineError } from "../error.ts";

/** Writes a place in a list down. `list` says which list: its name and all that filters and orders it. */
export function writeCursor(list: string, values: readonly KeyValue[]): string {
  const json = JSON.stringify([signatureOf(list), ...values]);
  const binary = isAscii.test(json) ? json : String.fromCharCode(...utf8ToBytes(json));
  return btoa(binary).replace(/[+/=]/g, (sign) => urlSigns[sign] ?? "");
}

// oxlint-disable-next-line no-control-regex -- all of ASCII
const isAscii = /^[\x00-\x7f]*$/;
const urlSigns: Readonly<Record<string, string>> = { "+": "-", "/": "_" };

/** Reads a cursor of the same list; refuses any other. */
export function readCursor(list: string, cursor: string): readonly KeyValue[] {
  const values = parse(cursor);
  if (values === undefined) throw badCursor("This is not a cursor.");
  if (values[0] !== signatureOf(list))
    throw badCursor("This cursor is of another list, or of other filters.");
  return values.slice(1);
}

function parse(cursor: string): readonly KeyValue[] | undefined {
  try {
    const text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const values: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const isCursor =
      Array.isArray(values) &&
      values.every((value) => typeof value === "string" || Number.isSafeInteger(value));
    return isCursor ? (values as KeyValue[]) : undefined;
  } catch {
    return undefined;
  }
}

function signatureOf(list: string): string {
  return list.length <= 48 ? list : bytesToHex(sha256(utf8ToBytes(list)).subarray(0, 8));
}

function badCursor(message: string): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason: "cursor" });
}
