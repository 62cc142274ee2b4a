import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Keyed facts that outlive sessions. */
export const projectMemories = sqliteTable(
  "project_memories",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    memoryId: text("memory_id").notNull(),
    scope: text("scope").notNull(),
    projectId: text("project_id").notNull(),
    userId: text("user_id").notNull(),
    memoryKey: text("memory_key").notNull(),
    memoryValue: text("memory_value").notNull(),
    valueFormat: text("value_format").notNull(),
    size: integer("size").notNull(),
    metadata: text("metadata").notNull(),
    provenance: text("provenance").notNull(),
    version: integer("version").notNull(),
    supersededKey: text("superseded_key").notNull(),
    supersededBy: text("superseded_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    lastAccessed: integer("last_accessed").notNull(),
    accessedCount: integer("accessed_count").notNull(),
    ttlSeconds: integer("ttl_seconds").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.memoryId] }),
    uniqueIndex("project_memories_key")
      .on(table.tenant, table.scope, table.projectId, table.userId, table.sessionId, table.memoryKey)
      .where(sql`"memory_key" <> ''`),
    index("project_memories_id").on(table.tenant, table.memoryId, table.sessionId),
    index("project_memories_accessed").on(
      table.tenant,
      table.scope,
      table.projectId,
      table.userId,
      table.sessionId,
      table.lastAccessed,
      table.memoryId,
    ),
    index("project_memories_stale").on(table.tenant, table.lastAccessed, table.sessionId, table.memoryId),
  ],
);

/** What each version of a memory said. */
export const memoryVersions = sqliteTable(
  "memory_versions",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    memoryId: text("memory_id").notNull(),
    version: integer("version").notNull(),
    memoryValue: text("memory_value").notNull(),
    valueFormat: text("value_format").notNull(),
    size: integer("size").notNull(),
    metadata: text("metadata").notNull(),
    provenance: text("provenance").notNull(),
    createdAt: integer("created_at").notNull(),
    restored: integer("restored").notNull(),
    supersedes: text("supersedes").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.memoryId, table.version] }),
    index("memory_versions_expiry").on(
      table.tenant,
      table.expiresAt,
      table.sessionId,
      table.memoryId,
      table.version,
    ),
  ],
);

/** What holds just now, field by field. */
export const workingMemories = sqliteTable(
  "working_memories",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    userId: text("user_id").notNull(),
    field: text("field").notNull(),
    value: text("value").notNull(),
    updatedAt: integer("updated_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.userId, table.field] }),
    index("working_memories_stale").on(
      table.tenant,
      table.updatedAt,
      table.sessionId,
      table.userId,
      table.field,
    ),
  ],
);
