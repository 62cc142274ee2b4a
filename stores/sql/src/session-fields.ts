/** The two tables that sessions lie in: what rarely changes in wide rows, what every append changes in narrow ones. */
import { SESSION_LOG_FIELDS, sessions } from "@throughline/core";
import type { SelectiveField } from "./few-rows.ts";

/** Fields of a session that an append reads and writes, the revision among them. */
export const sessionLogFields: ReadonlySet<string> = new Set([...SESSION_LOG_FIELDS, "revision"]);

/** All its other fields. */
export const sessionRowFields: readonly string[] = Object.keys(sessions.fields).filter(
  (field) => !sessionLogFields.has(field),
);

/** Filters that have an index: of all values, or of those that few have. `pinned` is the database's condition for those. */
export function selectiveSessionFields(pinned: string): ReadonlyMap<string, SelectiveField> {
  const whole = ["userId", "projectId", "toolId", "processId", "parentSessionId"];
  return new Map<string, SelectiveField>([
    ...whole.map((field): [string, SelectiveField] => [field, { holds: () => true }]),
    ["externalKey", { holds: (value) => value !== "", condition: `s."external_key" <> ''` }],
    ["workspacePath", { holds: (value) => value !== "", condition: `s."workspace_path" <> ''` }],
    ["pinned", { holds: (value) => value === true, condition: pinned }],
    ["status", { holds: (value) => value !== "active", condition: `s."status" <> 'active'` }],
  ]);
}
