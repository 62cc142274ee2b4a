/**
 * Keys as IndexedDB compares them: the tenant, then values in order. Text is its UTF-8 bytes, because IndexedDB orders
 * strings by UTF-16 unit, which puts U+E000 after U+10000, and the contract asks for code points. Booleans are 0 and 1.
 */
import type { Kind, KeyValues, Query, Row } from "@throughline/core";
import { emptyValue, indexValues, orderOf, uniqueKeysOf } from "@throughline/core";

const encoder = new TextEncoder();

/** Above every number, text and bytes, so that a key with it at its end is above all keys that it begins. */
const ABOVE_ALL: IDBValidKey = [];

export function storedKey(tenant: string, values: KeyValues): IDBValidKey[] {
  return [tenant, ...values.map((value) => (typeof value === "string" ? utf8(value) : value))];
}

/** A buffer of its own: not every IndexedDB takes an empty view as a key. */
function utf8(text: string): ArrayBuffer {
  return encoder.encode(text).slice().buffer;
}

/** A record as it is stored: the row, and what indexes hold of it. What is absent there is in no index. */
export interface Entry {
  readonly row: Row;
  readonly shapes: Readonly<Record<string, IDBValidKey>>;
  readonly unique: Readonly<Record<string, IDBValidKey>>;
}

export function entryOf(tenant: string, kind: Kind, row: Row): Entry {
  const shapes = Object.keys(kind.shapes).map((shape): [string, IDBValidKey] => [
    shape,
    storedKey(tenant, indexValues(row, orderOf(kind, shape))),
  ]);
  const unique = [...uniqueKeysOf(kind, row)].map(([name, values]): [string, IDBValidKey] => [
    name,
    storedKey(tenant, values),
  ]);
  return { row: withOwnBytes(row), shapes: Object.fromEntries(shapes), unique: Object.fromEntries(unique) };
}

/** A row with all fields of its kind: one that was written before a field was declared has it empty. */
export function wholeRow(kind: Kind, row: Row): Row {
  const missing = Object.entries(kind.fields).filter(([name]) => row[name] === undefined);
  if (missing.length === 0) return row;
  return { ...row, ...Object.fromEntries(missing.map(([name, field]) => [name, emptyValue(field)])) };
}

/** Cloning a view stores the whole buffer that it looks at. */
function withOwnBytes(row: Row): Row {
  const views = Object.entries(row).filter(
    ([, value]) => value instanceof Uint8Array && value.byteLength < value.buffer.byteLength,
  );
  if (views.length === 0) return row;
  return {
    ...row,
    ...Object.fromEntries(views.map(([field, value]) => [field, (value as Uint8Array).slice()])),
  };
}

interface Bound {
  readonly key: IDBValidKey[];
  readonly open: boolean;
}

/** The keys of a selection, or undefined where there can be none: IndexedDB refuses a range without a key. */
export function keyRange(
  tenant: string,
  { prefix, range = {}, after, direction }: Pick<Query, "prefix" | "range" | "after" | "direction">,
): IDBKeyRange | undefined {
  const start = storedKey(tenant, prefix);
  const lower: Bound[] = [{ key: start, open: false }];
  const upper: Bound[] = [{ key: [...start, ABOVE_ALL], open: true }];
  const { above, from, to, below } = range;
  const at = (value: string | number): IDBValidKey[] => storedKey(tenant, [...prefix, value]);
  if (from !== undefined) lower.push({ key: at(from), open: false });
  if (above !== undefined) lower.push({ key: [...at(above), ABOVE_ALL], open: true });
  if (to !== undefined) upper.push({ key: [...at(to), ABOVE_ALL], open: true });
  if (below !== undefined) upper.push({ key: at(below), open: true });
  if (after !== undefined) {
    (direction === "forward" ? lower : upper).push({ key: storedKey(tenant, after), open: true });
  }
  const low = lower.reduce((one, other) => (compare(one, other) > 0 ? one : other));
  const high = upper.reduce((one, other) => (compare(one, other) < 0 ? one : other));
  if (indexedDB.cmp(low.key, high.key) >= 0) return undefined;
  return IDBKeyRange.bound(low.key, high.key, low.open, high.open);
}

function compare(one: Bound, other: Bound): number {
  return indexedDB.cmp(one.key, other.key) || Number(one.open) - Number(other.open);
}
