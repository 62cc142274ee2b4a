/** How a record kind is declared: its fields, keys, unique keys and the orders it can be read in. */

/** `json` is JSON text: no store interprets it, so every database gives back the same bytes. */
export type FieldType = "text" | "integer" | "real" | "boolean" | "json" | "bytes";

export interface Field {
  readonly type: FieldType;
  /** May be null. Fields of keys, unique keys and shapes never are: absent is `''` or 0. */
  readonly nullable?: true;
  /** Quiet batches may change it: access counts and times. Changing it alone makes no revision. */
  readonly volatile?: true;
  /** Large: given only to reads that select `all`. */
  readonly heavy?: true;
}

export interface UniqueKey {
  readonly fields: readonly string[];
  /** The record has this unique key only while this field is filled (not `''`, not 0). */
  readonly filled: string;
}

export interface Kind {
  /** The table's name: plural, snake_case. */
  readonly name: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Primary key within a tenant. */
  readonly key: readonly string[];
  readonly unique: Readonly<Record<string, UniqueKey>>;
  /** Orders to query by: equality on a prefix, one range after it; ties are broken by the key. */
  readonly shapes: Readonly<Record<string, readonly string[]>>;
  /** The field that names the owning session: hidden with it. */
  readonly session?: string;
  /** The field that holds when a record ends (milliseconds, 0 = never): past it, it is absent everywhere. */
  readonly expires?: string;
  /** The field that hides a record when it is not 0: hidden records have no unique keys. Sessions only. */
  readonly hidden?: string;
  /** What `exists: "same"` compares; every field that is not volatile, if absent. */
  readonly same?: readonly string[];
  /** Made from other records, and can be made again: written by quiet batches only. */
  readonly derived?: true;
  /** Large values, written before the batch that names them, by quiet durable batches. */
  readonly staged?: true;
}

export type FieldValue = string | number | boolean | null | Uint8Array;

/** A record as stores see it: fields by their camelCase names, never undefined. */
export type StoredRecord = { readonly [field: string]: FieldValue };

/** A record that a store gives back: with its revision, 1 when new, one more at each change. */
export type Row = StoredRecord & { readonly revision: number };

type ValueOf<Given extends Field> =
  | {
      readonly text: string;
      readonly json: string;
      readonly integer: number;
      readonly real: number;
      readonly boolean: boolean;
      readonly bytes: Uint8Array;
    }[Given["type"]]
  | (Given extends { readonly nullable: true } ? null : never);

/** The rows of one kind, with the types of its fields. */
export type RowOf<Given extends Kind> = {
  readonly [Name in keyof Given["fields"]]: ValueOf<Given["fields"][Name]>;
} & { readonly revision: number };

export type KeyValue = string | number;
/** Values of a key's fields, in order. */
export type KeyValues = readonly KeyValue[];

/** The shape that every kind has: by primary key. */
export const KEY_SHAPE = "key";

/** The fields that order a shape: its own, then those of the key that it does not hold. */
export function orderOf(kind: Kind, shape: string): readonly string[] {
  if (shape === KEY_SHAPE) return kind.key;
  const own = kind.shapes[shape];
  if (own === undefined) throw new TypeError(`${kind.name} has no shape ${shape}`);
  return [...own, ...kind.key.filter((field) => !own.includes(field))];
}

/** The values of `fields` as an index holds them: booleans as 0 and 1. */
export function indexValues(record: StoredRecord, fields: readonly string[]): KeyValue[] {
  return fields.map((field) => indexValue(record[field]));
}

function indexValue(value: FieldValue | undefined): KeyValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" || typeof value === "number") return value;
  throw new TypeError("an indexed field holds neither text nor a number");
}

/** The primary key of a record. */
export function keyOf(kind: Kind, record: StoredRecord): KeyValues {
  return indexValues(record, kind.key);
}

/** The unique keys that a record has now, by name. */
export function uniqueKeysOf(kind: Kind, record: StoredRecord): Map<string, KeyValues> {
  const keys = new Map<string, KeyValues>();
  if (kind.hidden !== undefined && record[kind.hidden] !== 0) return keys;
  for (const [name, unique] of Object.entries(kind.unique)) {
    const filled = record[unique.filled];
    if (filled !== "" && filled !== 0) keys.set(name, indexValues(record, unique.fields));
  }
  return keys;
}

/** One string for a key, for maps: equal for equal keys of one kind only, as no text in a key holds NUL. */
export function keyText(values: KeyValues): string {
  let text = String(values[0]);
  for (let index = 1; index < values.length; index += 1) text += `\0${String(values[index])}`;
  return text;
}

/** Orders two keys: numbers by value, text by code point, as every store's indexes do. */
export function compareKeys(left: KeyValues, right: KeyValues): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareValues(left[index] as KeyValue, right[index] as KeyValue);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Orders two values of one indexed field. */
export function compareValues(left: KeyValue, right: KeyValue): number {
  if (typeof left === "number" || typeof right === "number") {
    if (typeof left === typeof right) return Number(left) - Number(right);
    return typeof left === "number" ? -1 : 1;
  }
  return compareCodePoints(left, right);
}

/** JavaScript compares UTF-16 units, which puts U+E000 to U+FFFF after the rest; databases compare code points. */
function compareCodePoints(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) {
      const surrogates = Number(isSurrogate(a)) - Number(isSurrogate(b));
      return surrogates === 0 ? a - b : surrogates;
    }
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Whether a record has ended at `now`. */
export function isExpired(kind: Kind, record: StoredRecord, now: number): boolean {
  if (kind.expires === undefined) return false;
  const at = record[kind.expires];
  return typeof at === "number" && at !== 0 && at <= now;
}

/** The value of a field that was not given. */
export function emptyValue(field: Field): FieldValue {
  if (field.nullable) return null;
  switch (field.type) {
    case "text":
    case "json":
      return "";
    case "integer":
    case "real":
      return 0;
    case "boolean":
      return false;
    case "bytes":
      return new Uint8Array(0);
  }
}

/** A record with every field of its kind, absent ones empty. */
export function completeRecord(kind: Kind, given: StoredRecord): StoredRecord {
  const record: Record<string, FieldValue> = {};
  for (const [name, field] of Object.entries(kind.fields)) record[name] = given[name] ?? emptyValue(field);
  return record;
}
