/**
 * Records as JSON. JSON has no bytes, and -0 is 0 in it; so these two are objects with one member, `$bytes` in base64 or
 * `$number`. No other value of a field is an object, so nothing can be taken for them.
 */
import type { FieldValue, StoredRecord } from "../model/kind.ts";
import { fromBase64, isBase64, toBase64 } from "./base64.ts";

type JsonFieldValue =
  | string
  | number
  | boolean
  | null
  | { readonly $bytes: string }
  | { readonly $number: "-0" };

export type JsonRecord = { readonly [field: string]: JsonFieldValue };

/** The same record where JSON can hold it as it is: most of them. */
export function encodeRecord(record: StoredRecord): JsonRecord {
  for (const name in record) {
    if (needsTag(record[name])) return mapFields(record, encodeValue);
  }
  return record as JsonRecord;
}

/** The record that was encoded. */
export function decodeRecord(record: JsonRecord): StoredRecord {
  for (const name in record) {
    const value = record[name];
    if (typeof value === "object" && value !== null) return mapFields(record, decodeValue);
  }
  return record as StoredRecord;
}

/** Whether a parsed value is a record as `encodeRecord` writes them. */
export function isJsonRecord(value: unknown): value is JsonRecord {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    if (!isJsonValue((value as Readonly<Record<string, unknown>>)[name])) return false;
  }
  return true;
}

function isJsonValue(value: unknown): value is JsonFieldValue {
  if (typeof value !== "object" || value === null) return value !== undefined;
  const { $bytes, $number } = value as { readonly $bytes?: unknown; readonly $number?: unknown };
  if (Object.keys(value).length !== 1) return false;
  return $number === "-0" || (typeof $bytes === "string" && isBase64($bytes));
}

function needsTag(value: FieldValue | undefined): boolean {
  return value instanceof Uint8Array || Object.is(value, -0);
}

function encodeValue(value: FieldValue): JsonFieldValue {
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) };
  return Object.is(value, -0) ? { $number: "-0" } : value;
}

function decodeValue(value: JsonFieldValue): FieldValue {
  if (typeof value !== "object" || value === null) return value;
  return "$bytes" in value ? fromBase64(value.$bytes) : -0;
}

/** Any text may name a field, `__proto__` too: entries make members of them all. */
function mapFields<Given, Made>(
  record: Readonly<Record<string, Given>>,
  change: (value: Given) => Made,
): Record<string, Made> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
