/** What tools keep, as JSON: snake_case names, ISO times. */
import { type JsonObject, withJsonNames } from "../to-json.ts";
import type { CommandUsage } from "./commands.ts";
import type { CachedRepo } from "./repo-cache.ts";
import type { ToolSession } from "./tool-sessions.ts";

export function toolSessionToJson(session: ToolSession): JsonObject {
  return withJsonNames(session);
}

export function repoToJson({ key, ...repo }: CachedRepo): JsonObject {
  return { resource_key: key, ...withJsonNames(repo) };
}

export function commandToJson(command: CommandUsage): JsonObject {
  return withJsonNames(command);
}
