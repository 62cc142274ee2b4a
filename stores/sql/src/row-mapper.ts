import type { FieldValue, Kind, Row, StoredRecord } from "@throughline/core";
import type { Dialect } from "./dialect.ts";
import type { SqlRow } from "./values.ts";

/** Turns arrays of columns into records. */
export type RowMapper = (values: SqlRow, constants?: StoredRecord) => Row;

/**
 * Makes the mapper for columns that hold these fields of a kind, in this order, and for the fields that are constant in
 * a place. It is written out as one object literal: fifty rows take 2 µs so, and 27 when each field is assigned by its
 * name. Where code can't be made from text, fields are assigned.
 */
export function makeRowMapper(
  { kind, dialect }: { readonly kind: Kind; readonly dialect: Dialect },
  fields: readonly string[],
  constant: readonly string[],
): RowMapper {
  const isNumber = (field: string): boolean =>
    kind.fields[field]?.type === "boolean" && dialect.booleans === "as 0 and 1";
  const read = fields.map(
    (field, index) => `${JSON.stringify(field)}: values[${index}]${isNumber(field) ? " === 1" : ""}`,
  );
  const held = constant.map((field) => `${JSON.stringify(field)}: constants[${JSON.stringify(field)}]`);
  try {
    // Names of fields are the only text in it, and they are the program's own.
    // oxlint-disable-next-line typescript/no-implied-eval -- see above
    return new Function("values", "constants", `return { ${[...held, ...read].join(", ")} };`) as RowMapper;
  } catch {
    return assigningMapper(fields, isNumber);
  }
}

function assigningMapper(fields: readonly string[], isNumber: (field: string) => boolean): RowMapper {
  return (values, constants) => {
    const record: Record<string, FieldValue> = { ...constants };
    fields.forEach((field, index) => {
      const value = values[index] as FieldValue;
      record[field] = isNumber(field) ? value === 1 : value;
    });
    return record as unknown as Row;
  };
}

const selections = new WeakMap<Kind, Map<string, readonly string[]>>();

/** The fields that a read asks for, `revision` last: the same list for the same question. */
export function selectedFields(kind: Kind, select: "key" | "plain" | "all" = "plain"): readonly string[] {
  const known = selections.get(kind) ?? new Map<string, readonly string[]>();
  selections.set(kind, known);
  let fields = known.get(select);
  if (fields === undefined) {
    fields = listFields(kind, select);
    known.set(select, fields);
  }
  return fields;
}

function listFields(kind: Kind, select: "key" | "plain" | "all"): readonly string[] {
  if (select === "key") return [...kind.key, "revision"];
  const names = Object.keys(kind.fields);
  const wanted = select === "all" ? names : names.filter((name) => kind.fields[name]?.heavy !== true);
  return [...wanted, "revision"];
}
