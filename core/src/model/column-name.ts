import type { Kind } from "./kind.ts";

/** The column of a field, on every backend: snake_case, and `id` with its record's name before it (`session_id`). */
export function columnName(kind: Kind, field: string): string {
  if (field === "id") return `${kind.name.replace(/s$/, "")}_id`;
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
