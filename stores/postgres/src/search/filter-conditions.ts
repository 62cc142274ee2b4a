import type { SearchFilter } from "@throughline/core";
import type { PostgresValue } from "../database.ts";

/** Where the columns of messages and of sessions are found. */
export interface FilteredTables {
  readonly messages: string;
  readonly sessions: string;
}

/** The conditions of a filter, joined by AND before each; their values come after those that are there already. */
export function filterConditions(
  { session, user, project, tool, role, since, until }: SearchFilter,
  { messages, sessions }: FilteredTables,
  values: PostgresValue[],
): string {
  const conditions: string[] = [];
  const add = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(` AND ${condition} $${values.length}`);
  };
  add(`${messages}."session_id" =`, session);
  add(`${sessions}."user_id" =`, user);
  add(`${sessions}."project_id" =`, project);
  add(`${sessions}."tool_id" =`, tool);
  add(`${messages}."role" =`, role);
  add(`${messages}."created_at" >=`, since);
  add(`${messages}."created_at" <`, until);
  return conditions.join("");
}
