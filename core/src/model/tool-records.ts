/** What tools and their users keep beside conversations. */
import type { Kind } from "./kind.ts";

/** The id under which a tool keeps its own state for a session. */
export const toolSessions = {
  name: "tool_sessions",
  key: ["sessionId", "toolName", "toolKey"],
  fields: {
    sessionId: { type: "text" },
    toolName: { type: "text" },
    /** `''`: none, of which there is one for each tool. */
    toolKey: { type: "text" },
    toolSessionId: { type: "text" },
    createdAt: { type: "integer" },
    lastAccessed: { type: "integer", volatile: true },
  },
  unique: {},
  shapes: { accessed: ["lastAccessed"] },
  session: "sessionId",
} as const satisfies Kind;

/** Where a repository was cloned to. */
export const repoCache = {
  name: "repo_cache",
  key: ["resourceKey"],
  fields: {
    resourceKey: { type: "text" },
    url: { type: "text" },
    ref: { type: "text" },
    searchPath: { type: "text" },
    localPath: { type: "text" },
    /** `''`: not known. */
    commit: { type: "text" },
    clonedAt: { type: "integer" },
    lastUpdated: { type: "integer" },
    lastAccessed: { type: "integer", volatile: true },
  },
  unique: {},
  shapes: { updated: ["lastUpdated"], accessed: ["lastAccessed"] },
} as const satisfies Kind;

/** How often and how lately a user gave a command. */
export const commandUsage = {
  name: "command_usage",
  key: ["userId", "command"],
  fields: {
    userId: { type: "text" },
    command: { type: "text" },
    usageCount: { type: "integer" },
    lastUsed: { type: "integer" },
  },
  unique: {},
  shapes: { count: ["userId", "usageCount"], recent: ["userId", "lastUsed"], stale: ["lastUsed"] },
} as const satisfies Kind;
