/** How a record lies in its collection: the same document in the log before it is there. */
import type { FieldValue, Image, Kind, KeyValues, Row, StoredRecord } from "@throughline/core";
import { KEY_SHAPE, emptyValue, indexValues, leavesRevision, orderOf, uniqueKeysOf } from "@throughline/core";
import { encodeKey } from "./ordered-key.ts";

export interface StoredDocument {
  /** Tenant and primary key. */
  readonly _id: string;
  /** The slot of the log that wrote it last: nothing from a lower one may change it. */
  readonly p: number;
}

export interface RecordDocument extends StoredDocument {
  /** The record. */
  readonly r: Readonly<Record<string, unknown>>;
  readonly revision: number;
  /** Its place in each shape. */
  readonly k?: Readonly<Record<string, string>>;
  /** The unique keys that it has. */
  readonly u?: readonly string[];
}

/** What a removed record leaves, so that nobody who was stalled brings it back. */
export interface Tombstone extends StoredDocument {
  /** Its last revision; 0 when that is forgotten. */
  readonly gone: number;
  /** When it was removed, in milliseconds. */
  readonly at: number;
}

export type RowDocument = RecordDocument | Tombstone;

export function isTombstone(document: RowDocument): document is Tombstone {
  return "gone" in document;
}

export function recordId(tenant: string, key: KeyValues): string {
  return encodeKey(tenant, key);
}

export function uniqueText(tenant: string, unique: string, values: KeyValues): string {
  return encodeKey(tenant, [unique, ...values]);
}

/** What an image makes of its record's document. */
export function documentOf(tenant: string, image: Image, slot: number, now: number): RowDocument {
  const { kind } = image;
  const head = { _id: recordId(tenant, image.key), p: slot };
  if (image.type === "remove") {
    return { ...head, gone: leavesRevision(kind) ? image.revision : 0, at: now };
  }
  const { revision, ...record } = image.row;
  const shapes = Object.keys(kind.shapes);
  const unique = [...uniqueKeysOf(kind, record)].map(([name, values]) => uniqueText(tenant, name, values));
  return {
    ...head,
    revision,
    r: copyOf(record),
    ...(shapes.length > 0 && {
      k: Object.fromEntries(
        shapes.map((shape) => [shape, encodeKey(tenant, indexValues(record, orderOf(kind, shape)))]),
      ),
    }),
    ...(unique.length > 0 && { u: unique }),
  };
}

/** Bytes are the caller's, who may change them later. */
function copyOf(record: StoredRecord): StoredRecord {
  const copy: Record<string, FieldValue> = { ...record };
  for (const name in copy) {
    const value = copy[name];
    if (value instanceof Uint8Array) copy[name] = Uint8Array.from(value);
  }
  return copy;
}

/** A record's place in a shape, as a string. */
export function placeText(document: RecordDocument, shape: string): string {
  return shape === KEY_SHAPE ? document._id : (document.k?.[shape] ?? "");
}

/** A copy of the record; heavy fields are missing where they were not asked for. */
export function rowOf(kind: Kind, { r, revision }: RecordDocument): Row {
  const row: Record<string, FieldValue> = {};
  for (const [name, field] of Object.entries(kind.fields)) {
    const value = r[name];
    if (value !== undefined) row[name] = plainValue(value);
    else if (field.heavy !== true) row[name] = emptyValue(field);
  }
  return { ...row, revision };
}

/** The driver gives bytes in a class of its own, which may be larger than what it holds. */
function plainValue(value: unknown): FieldValue {
  if (typeof value !== "object" || value === null) return value as FieldValue;
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  return Uint8Array.from((value as { value(): Uint8Array }).value());
}
