import { bigint, index, primaryKey, text } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

/** The ids under which tools keep their state. */
export const toolSessions = throughline.table(
  "tool_sessions",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    toolName: text("tool_name").notNull(),
    toolKey: text("tool_key").notNull(),
    toolSessionId: text("tool_session_id").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    lastAccessed: bigint("last_accessed", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.toolName, table.toolKey] }),
    index("tool_sessions_accessed").on(
      table.tenantId,
      table.lastAccessed,
      table.sessionId,
      table.toolName,
      table.toolKey,
    ),
  ],
);

/** Where repositories were cloned to. */
export const repoCache = throughline.table(
  "repo_cache",
  {
    tenantId: text("tenant_id").notNull(),
    resourceKey: text("resource_key").notNull(),
    url: text("url").notNull(),
    ref: text("ref").notNull(),
    searchPath: text("search_path").notNull(),
    localPath: text("local_path").notNull(),
    commit: text("commit").notNull(),
    clonedAt: bigint("cloned_at", { mode: "number" }).notNull(),
    lastUpdated: bigint("last_updated", { mode: "number" }).notNull(),
    lastAccessed: bigint("last_accessed", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.resourceKey] }),
    index("repo_cache_updated").on(table.tenantId, table.lastUpdated, table.resourceKey),
    index("repo_cache_accessed").on(table.tenantId, table.lastAccessed, table.resourceKey),
  ],
);

/** How often each command was given. */
export const commandUsage = throughline.table(
  "command_usage",
  {
    tenantId: text("tenant_id").notNull(),
    userId: text("user_id").notNull(),
    command: text("command").notNull(),
    usageCount: bigint("usage_count", { mode: "number" }).notNull(),
    lastUsed: bigint("last_used", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.userId, table.command] }),
    index("command_usage_count").on(table.tenantId, table.userId, table.usageCount, table.command),
    index("command_usage_recent").on(table.tenantId, table.userId, table.lastUsed, table.command),
    index("command_usage_stale").on(table.tenantId, table.lastUsed, table.userId, table.command),
  ],
);
