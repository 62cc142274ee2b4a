import type * as v from "valibot";

/** The members of an object's schema, also where checks follow it; none for any other schema. */
export function entriesOf(schema: v.GenericSchema | undefined): Readonly<Record<string, v.GenericSchema>> {
  return schema !== undefined && "entries" in schema
    ? (schema.entries as Readonly<Record<string, v.GenericSchema>>)
    : {};
}

/** The schema inside of what makes it optional or nullable. */
export function innerSchema(schema: v.GenericSchema): v.GenericSchema {
  return "wrapped" in schema ? innerSchema(schema.wrapped as v.GenericSchema) : schema;
}
