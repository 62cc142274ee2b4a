/** Arguments are camelCase in the library and snake_case in JSON: one schema, declared once, gives both. */
import * as v from "valibot";

/** `toolCallId` to `tool_call_id`. */
export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export type Names = Readonly<Record<string, string>>;

/** The same schema with the names of JSON: those in `names`, and snake_case for the rest. Opaque values are left alone. */
export function withJsonNames(schema: v.GenericSchema, names: Names = {}): v.GenericSchema {
  const inner = (part: unknown): v.GenericSchema => withJsonNames(part as v.GenericSchema, names);
  const parts = schema as unknown as Record<string, unknown>;
  switch (schema.type) {
    case "strict_object":
      return v.strictObject(
        Object.fromEntries(
          Object.entries(parts.entries as Record<string, unknown>).map(([name, entry]) => [
            names[name] ?? toSnakeCase(name),
            inner(entry),
          ]),
        ),
      );
    case "optional":
      return v.optional(inner(parts.wrapped));
    case "nullable":
      return v.nullable(inner(parts.wrapped));
    case "array":
      return withChecksOf(parts, v.array(inner(parts.item)));
    case "union":
      return withChecksOf(parts, v.union((parts.options as unknown[]).map(inner), parts.message as string));
    case "variant":
      return v.variant(
        parts.key as string,
        (parts.options as unknown[]).map(inner) as never,
        parts.message as string,
      );
    default:
      return schema;
  }
}

/** A list's own limits, and what else is checked of a choice, stand behind them in a pipe. */
function withChecksOf({ pipe }: Readonly<Record<string, unknown>>, schema: v.GenericSchema): v.GenericSchema {
  return Array.isArray(pipe) ? v.pipe(schema, ...(pipe.slice(1) as [])) : schema;
}

/** Argument names for an object with JSON names. Values are left alone. */
export function fromJsonNames(json: object, names: Names = {}): Record<string, unknown> {
  const jsonNames = new Map(Object.entries(names).map(([name, jsonName]) => [jsonName, name]));
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [jsonNames.get(name) ?? toCamelCase(name), value]),
  );
}

/** `tool_call_id` to `toolCallId`. */
function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
