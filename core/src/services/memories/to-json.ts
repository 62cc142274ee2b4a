/** Memories as JSON: the names of their columns, ISO times. */
import type { MemoryProvenance } from "../../schemas/memory-input.ts";
import type { Project } from "../projects/projects.ts";
import { type JsonObject, withJsonNames } from "../to-json.ts";
import type { MemoryComparison } from "./compare-versions.ts";
import type { DuplicateMemories } from "./find-duplicates.ts";
import type { Memory, MemoryVersion } from "./memory.ts";

/** With the metadata twice: as an object, and as the text that programs of old expect. */
export function memoryToJson({ key, value, metadata, provenance, ...memory }: Memory): JsonObject {
  const { memory_id, scope, project_id, user_id, session_id, ...rest } = withJsonNames(memory);
  return {
    memory_id,
    scope,
    project_id,
    user_id,
    session_id,
    memory_key: key,
    memory_value: value,
    metadata,
    metadata_json: JSON.stringify(metadata),
    provenance: provenanceToJson(provenance),
    ...rest,
  };
}

export function memoryVersionToJson({ value, provenance, ...version }: MemoryVersion): JsonObject {
  const { memory_id, version: number, ...rest } = withJsonNames(version);
  return {
    memory_id,
    version: number,
    memory_value: value,
    provenance: provenanceToJson(provenance),
    ...rest,
  };
}

export function memoryComparisonToJson(comparison: MemoryComparison): JsonObject {
  return withJsonNames(comparison);
}

export function duplicatesToJson({ groups, ...rest }: DuplicateMemories): JsonObject {
  return {
    ...rest,
    groups: groups.map(({ memory, duplicates }) => ({
      memory: memoryToJson(memory),
      duplicates: duplicates.map(({ memory: other, similarity }) => ({
        memory: memoryToJson(other),
        similarity,
      })),
    })),
  };
}

export function projectToJson({ id, ...project }: Project): JsonObject {
  return { project_id: id, ...withJsonNames(project) };
}

function provenanceToJson(provenance: MemoryProvenance | null): JsonObject | null {
  return provenance === null ? null : withJsonNames(provenance);
}
