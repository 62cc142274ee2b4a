import { toSnakeCase } from "../../schemas/json-names.ts";
import type { JsonObject } from "../to-json.ts";
import type { Dependency } from "./dependencies.ts";
import type { Resource } from "./resource.ts";

export function dependencyToJson({ resourceId, path, kind, createdAt }: Dependency): JsonObject {
  return { resource_id: resourceId, path, kind, created_at: createdAt.toISOString() };
}

/** A resource, also as a session knows it. */
export function resourceToJson(resource: Resource): JsonObject {
  const json: Record<string, unknown> = { resource_id: resource.id };
  for (const [name, value] of Object.entries(resource) as [string, unknown][]) {
    if (name === "id" || name === "uuid") continue;
    json[toSnakeCase(name)] = value instanceof Date ? value.toISOString() : value;
  }
  return json;
}
