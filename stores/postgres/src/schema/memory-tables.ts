import { sql } from "drizzle-orm";
import { bigint, index, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

/** Keyed facts that outlive sessions. */
export const projectMemories = throughline.table(
  "project_memories",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    memoryId: text("memory_id").notNull(),
    scope: text("scope").notNull(),
    projectId: text("project_id").notNull(),
    userId: text("user_id").notNull(),
    memoryKey: text("memory_key").notNull(),
    memoryValue: text("memory_value").notNull(),
    valueFormat: text("value_format").notNull(),
    size: bigint("size", { mode: "number" }).notNull(),
    metadata: text("metadata").notNull(),
    provenance: text("provenance").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
    supersededKey: text("superseded_key").notNull(),
    supersededBy: text("superseded_by").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    lastAccessed: bigint("last_accessed", { mode: "number" }).notNull(),
    accessedCount: bigint("accessed_count", { mode: "number" }).notNull(),
    ttlSeconds: bigint("ttl_seconds", { mode: "number" }).notNull(),
    expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.memoryId] }),
    uniqueIndex("project_memories_key")
      .on(table.tenantId, table.scope, table.projectId, table.userId, table.sessionId, table.memoryKey)
      .where(sql`"memory_key" <> ''`),
    index("project_memories_id").on(table.tenantId, table.memoryId, table.sessionId),
    index("project_memories_accessed").on(
      table.tenantId,
      table.scope,
      table.projectId,
      table.userId,
      table.sessionId,
      table.lastAccessed,
      table.memoryId,
    ),
    index("project_memories_stale").on(table.tenantId, table.lastAccessed, table.sessionId, table.memoryId),
  ],
);

/** What each version of a memory said. */
export const memoryVersions = throughline.table(
  "memory_versions",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    memoryId: text("memory_id").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
    memoryValue: text("memory_value").notNull(),
    valueFormat: text("value_format").notNull(),
    size: bigint("size", { mode: "number" }).notNull(),
    metadata: text("metadata").notNull(),
    provenance: text("provenance").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    restored: bigint("restored", { mode: "number" }).notNull(),
    supersedes: text("supersedes").notNull(),
    expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.memoryId, table.version] }),
    index("memory_versions_expiry").on(
      table.tenantId,
      table.expiresAt,
      table.sessionId,
      table.memoryId,
      table.version,
    ),
  ],
);

/** What holds just now, field by field. */
export const workingMemories = throughline.table(
  "working_memories",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    userId: text("user_id").notNull(),
    field: text("field").notNull(),
    value: text("value").notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.userId, table.field] }),
    index("working_memories_stale").on(
      table.tenantId,
      table.updatedAt,
      table.sessionId,
      table.userId,
      table.field,
    ),
  ],
);
