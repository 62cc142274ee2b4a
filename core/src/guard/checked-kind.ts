/** A kind as checks need it: which fields are labels, which an update may change. */
import type { Field, FieldValue, Kind, StoredRecord } from "../model/kind.ts";
import { invalidInput } from "./invalid-input.ts";

/** Bytes of UTF-8 that an indexed field may hold. */
const INDEXED_BYTES = 1_024;

export interface CheckedKind {
  readonly kind: Kind;
  readonly fields: readonly (readonly [name: string, field: Field])[];
  /** Fields of keys, unique keys and shapes. */
  readonly indexed: ReadonlySet<string>;
}

/** Prepares a kind for the checks; refuses one whose keys don't say which session owns a record. */
export function checkedKind(kind: Kind): CheckedKind {
  const keys = [kind.key, ...Object.values(kind.unique).map(({ fields }) => fields)];
  const { session } = kind;
  if (session !== undefined && !keys.every((fields) => fields.includes(session))) {
    throw new TypeError(
      `Every key of ${kind.name} has to hold ${session}, or deletion could not hide its records.`,
    );
  }
  const indexed = new Set([
    ...kind.key,
    ...Object.values(kind.unique).flatMap(({ fields }) => fields),
    ...Object.values(kind.shapes).flat(),
  ]);
  return { kind, fields: Object.entries(kind.fields), indexed };
}

/** Refuses a record that does not have exactly the fields of its kind, but for those in `given`. */
export function checkRecord(
  checked: CheckedKind,
  record: StoredRecord,
  given: ReadonlySet<string> = none,
): void {
  let count = 0;
  for (const [name, field] of checked.fields) {
    if (given.has(name)) continue;
    count += 1;
    checkValue(checked, name, field, record[name]);
  }
  for (const name in record) {
    count -= 1;
    if (given.has(name) || !Object.hasOwn(checked.kind.fields, name)) throw unknownField(checked.kind, name);
  }
  if (count !== 0)
    throw invalidInput("batch", `A record of ${checked.kind.name} lacks fields.`, {
      kind: checked.kind.name,
    });
}

const none: ReadonlySet<string> = new Set();

/** Refuses fields that the kind does not have, or values of another type. */
export function checkFields(checked: CheckedKind, values: Readonly<Record<string, FieldValue>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (name === "revision") continue;
    const field = Object.hasOwn(checked.kind.fields, name) ? checked.kind.fields[name] : undefined;
    if (field === undefined) throw unknownField(checked.kind, name);
    checkValue(checked, name, field, value);
  }
}

function unknownField(kind: Kind, name: string): Error {
  return invalidInput("unknown_field", `${kind.name} has no field ${name}.`, {
    kind: kind.name,
    field: name,
  });
}

function checkValue(
  { kind, indexed }: CheckedKind,
  name: string,
  field: Field,
  value: FieldValue | undefined,
): void {
  if (value === null && field.nullable === true) return;
  if (!hasType(field, value)) {
    const message = `${kind.name}.${name} must be ${typeNames[field.type]}.`;
    throw invalidInput("type", message, { kind: kind.name, field: name });
  }
  // What a text is called is made up only where it is told: every field of every message comes through here.
  if (typeof value !== "string") return;
  if (!isClean(value)) checkText(`${kind.name}.${name}`, value);
  if (value.length * 3 > INDEXED_BYTES && indexed.has(name)) checkIndexed(`${kind.name}.${name}`, value);
}

const typeNames = {
  text: "text",
  json: "JSON text",
  integer: "an integer below 2^53",
  real: "a finite number",
  boolean: "true or false",
  bytes: "bytes",
};

function hasType(field: Field, value: FieldValue | undefined): boolean {
  switch (field.type) {
    case "text":
    case "json":
      return typeof value === "string";
    case "integer":
      return Number.isSafeInteger(value);
    case "real":
      return Number.isFinite(value);
    case "boolean":
      return typeof value === "boolean";
    case "bytes":
      return value instanceof Uint8Array;
  }
}

function isClean(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Databases change or refuse these, so no store ever gets them. */
export function checkText(what: string, text: string): void {
  if (!text.isWellFormed()) throw invalidInput("text", `${what} holds a lone surrogate.`, { field: what });
  if (text.includes("\0")) throw invalidInput("text", `${what} holds a NUL character.`, { field: what });
}

export function checkIndexed(what: string, text: string, limit: number = INDEXED_BYTES): void {
  if (text.length * 3 > limit && new TextEncoder().encode(text).length > limit) {
    throw invalidInput("too_long", `${what} may have at most ${limit} bytes.`, { field: what, limit });
  }
}
