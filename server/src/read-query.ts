/** The parameters of a URL, as values of the types that a schema has for them. */
import { ThroughlineError, parseInput } from "@throughline/core";
import type * as v from "valibot";
import { entriesOf, innerSchema } from "./schema-entries.ts";

const metadataPrefix = "metadata.";

/**
 * Reads the query of a URL: one parameter for each member of the schema, and for a member `metadata` any `metadata.<path>`.
 *
 * @throws ThroughlineError `invalid`
 */
export function readQuery(
  url: string,
  schema: v.GenericSchema | undefined,
): Readonly<Record<string, unknown>> {
  const [, search = ""] = /\?([^#]*)/.exec(url) ?? [];
  if (search === "" && schema === undefined) return {};
  const entries = entriesOf(schema);
  const values = new Map<string, unknown>();
  const metadata = new Map<string, unknown>();
  for (const [name, text] of new URLSearchParams(search)) {
    const list = listOf(entries, name);
    if (list !== undefined) {
      values.set(name, [...((values.get(name) as unknown[] | undefined) ?? []), readValue(list, text)]);
      continue;
    }
    const isMetadata = Object.hasOwn(entries, "metadata") && name.startsWith(metadataPrefix);
    const path = name.slice(metadataPrefix.length);
    if (isMetadata ? metadata.has(path) : values.has(name)) {
      throw invalid("repeated_parameter", `The parameter ${name} is there twice.`, name);
    }
    if (isMetadata) {
      if (path === "") throw invalid("unknown_parameter", "metadata. needs the name of a field.", name);
      metadata.set(path, readScalar(text));
    } else {
      const entry = Object.hasOwn(entries, name) && name !== "metadata" ? entries[name] : undefined;
      if (entry === undefined) {
        throw invalid("unknown_parameter", `There is no parameter ${name} here.`, name);
      }
      values.set(name, readValue(entry, text));
    }
  }
  if (metadata.size > 0) values.set("metadata", Object.fromEntries(metadata));
  if (schema === undefined) return {};
  return parseInput(schema, Object.fromEntries(values), "query") as Record<string, unknown>;
}

/** The schema of the items of a parameter that may be there several times. */
function listOf(
  entries: Readonly<Record<string, v.GenericSchema>>,
  name: string,
): v.GenericSchema | undefined {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  const schema = entry === undefined ? undefined : innerSchema(entry);
  return schema !== undefined && "item" in schema ? (schema.item as v.GenericSchema) : undefined;
}

/** Text where it can't be of the type that is wanted: the schema says so then. */
function readValue(schema: v.GenericSchema, text: string): unknown {
  const { type } = innerSchema(schema);
  if (type === "number") return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
  if (type === "boolean") return text === "true" || (text === "false" ? false : text);
  return text;
}

/** `3`, `true` and `null` are what they are in JSON, `"3"` in quotes is text, and so is everything else. */
function readScalar(text: string): unknown {
  if (!/^(?:true|false|null|-?\d|").*$/s.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? text : value;
  } catch {
    return text;
  }
}

function invalid(reason: string, message: string, parameter: string): ThroughlineError {
  return new ThroughlineError("invalid", message, {
    reason,
    outcome: "refused",
    details: { parameter },
  });
}
