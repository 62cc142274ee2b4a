/** Checks of tenants, keys, prefixes and kinds. */
import type { Key } from "../contract/batch.ts";
import { isUniqueName } from "../contract/batch.ts";
import type { Field, KeyValue, KeyValues } from "../model/kind.ts";
import { KEY_SHAPE, orderOf } from "../model/kind.ts";
import type { CheckedKind } from "./checked-kind.ts";
import { checkIndexed, checkText } from "./checked-kind.ts";
import { invalidInput } from "./invalid-input.ts";

/** Bytes of UTF-8 that a label may have: tenant, user, tool, project. */
const LABEL_BYTES = 255;

export function checkTenant(tenant: string): void {
  if (typeof tenant !== "string" || tenant === "")
    throw invalidInput("tenant", "A tenant is a text that is not empty.");
  checkText("The tenant", tenant);
  checkIndexed("The tenant", tenant, LABEL_BYTES);
}

export function findKind(kinds: ReadonlyMap<string, CheckedKind>, name: string): CheckedKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw invalidInput("kind", `There is no kind ${name}.`, { kind: name });
  return kind;
}

export function checkKey({ kind }: CheckedKind, key: Key): void {
  if (typeof key !== "object" || key === null) {
    throw invalidInput("key", `A key of ${kind.name} is a list of values.`, { kind: kind.name });
  }
  if (isUniqueName(key) && !Object.hasOwn(kind.unique, key.unique)) {
    throw invalidInput("key", `${kind.name} has no unique key ${key.unique}.`, { kind: kind.name });
  }
  const fields = (isUniqueName(key) ? kind.unique[key.unique]?.fields : undefined) ?? kind.key;
  const values = isUniqueName(key) ? key.values : key;
  if (!Array.isArray(values) || values.length !== fields.length) {
    throw invalidInput("key", `A key of ${kind.name} has ${fields.length} values.`, { kind: kind.name });
  }
  checkValues(kind.fields, fields, values);
}

function checkShape({ kind }: CheckedKind, shape: string): readonly string[] {
  if (shape !== KEY_SHAPE && !Object.hasOwn(kind.shapes, shape)) {
    throw invalidInput("shape", `${kind.name} has no shape ${shape}.`, { kind: kind.name, shape });
  }
  return orderOf(kind, shape);
}

export function checkPrefix(checked: CheckedKind, shape: string, prefix: KeyValues): readonly string[] {
  const order = checkShape(checked, shape);
  if (prefix.length > order.length) {
    throw invalidInput("shape", `The shape ${shape} of ${checked.kind.name} has ${order.length} fields.`);
  }
  checkValues(checked.kind.fields, order, prefix);
  return order;
}

/** Refuses values that the fields can't hold in an index: booleans are 0 and 1 there. */
export function checkValues(
  fields: Readonly<Record<string, Field>>,
  names: readonly string[],
  values: readonly KeyValue[],
): void {
  values.forEach((value, index) => {
    const name = names[index] ?? "";
    const isText = fields[name]?.type === "text";
    if (isText ? typeof value !== "string" : !Number.isSafeInteger(value)) {
      throw invalidInput("type", `${name} must be ${isText ? "text" : "an integer"} in a key.`, {
        field: name,
      });
    }
    if (typeof value === "string") checkText(name, value);
  });
}
