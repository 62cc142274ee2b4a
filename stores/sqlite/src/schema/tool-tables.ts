import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The ids under which tools keep their state. */
export const toolSessions = sqliteTable(
  "tool_sessions",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    toolName: text("tool_name").notNull(),
    toolKey: text("tool_key").notNull(),
    toolSessionId: text("tool_session_id").notNull(),
    createdAt: integer("created_at").notNull(),
    lastAccessed: integer("last_accessed").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.toolName, table.toolKey] }),
    index("tool_sessions_accessed").on(
      table.tenant,
      table.lastAccessed,
      table.sessionId,
      table.toolName,
      table.toolKey,
    ),
  ],
);

/** Where repositories were cloned to. */
export const repoCache = sqliteTable(
  "repo_cache",
  {
    tenant: integer("tenant").notNull(),
    resourceKey: text("resource_key").notNull(),
    url: text("url").notNull(),
    ref: text("ref").notNull(),
    searchPath: text("search_path").notNull(),
    localPath: text("local_path").notNull(),
    commit: text("commit").notNull(),
    clonedAt: integer("cloned_at").notNull(),
    lastUpdated: integer("last_updated").notNull(),
    lastAccessed: integer("last_accessed").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.resourceKey] }),
    index("repo_cache_updated").on(table.tenant, table.lastUpdated, table.resourceKey),
    index("repo_cache_accessed").on(table.tenant, table.lastAccessed, table.resourceKey),
  ],
);

/** How often each command was given. */
export const commandUsage = sqliteTable(
  "command_usage",
  {
    tenant: integer("tenant").notNull(),
    userId: text("user_id").notNull(),
    command: text("command").notNull(),
    usageCount: integer("usage_count").notNull(),
    lastUsed: integer("last_used").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.userId, table.command] }),
    index("command_usage_count").on(table.tenant, table.userId, table.usageCount, table.command),
    index("command_usage_recent").on(table.tenant, table.userId, table.lastUsed, table.command),
    index("command_usage_stale").on(table.tenant, table.lastUsed, table.userId, table.command),
  ],
);
