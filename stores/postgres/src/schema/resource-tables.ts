import { sql } from "drizzle-orm";
import { bigint, boolean, doublePrecision, index, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

/** Bodies of work. */
export const projects = throughline.table(
  "projects",
  {
    tenantId: text("tenant_id").notNull(),
    projectId: text("project_id").notNull(),
    name: text("name").notNull(),
    repository: text("repository").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.projectId] }),
    uniqueIndex("projects_repository")
      .on(table.tenantId, table.repository)
      .where(sql`"repository" <> ''`),
    index("projects_created").on(table.tenantId, table.createdAt, table.projectId),
  ],
);

/** Files and other content that sessions touch. */
export const resources = throughline.table(
  "resources",
  {
    tenantId: text("tenant_id").notNull(),
    resourceId: text("resource_id").notNull(),
    projectId: text("project_id").notNull(),
    path: text("path").notNull(),
    pathKey: text("path_key").notNull(),
    type: text("type").notNull(),
    size: bigint("size", { mode: "number" }),
    tokenCount: bigint("token_count", { mode: "number" }),
    tokenCounts: text("token_counts").notNull(),
    contentHash: text("content_hash").notNull(),
    accessCount: bigint("access_count", { mode: "number" }).notNull(),
    editCount: bigint("edit_count", { mode: "number" }).notNull(),
    lastAccessed: bigint("last_accessed", { mode: "number" }).notNull(),
    lastEdited: bigint("last_edited", { mode: "number" }).notNull(),
    modifiedDuringSession: boolean("modified_during_session").notNull(),
    importance: doublePrecision("importance"),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.resourceId] }),
    uniqueIndex("resources_path")
      .on(table.tenantId, table.projectId, table.pathKey)
      .where(sql`"path_key" <> ''`),
    index("resources_accessed").on(table.tenantId, table.accessCount, table.resourceId),
    index("resources_recent").on(table.tenantId, table.lastAccessed, table.resourceId),
    index("resources_projectAccessed").on(
      table.tenantId,
      table.projectId,
      table.accessCount,
      table.resourceId,
    ),
    index("resources_projectRecent").on(
      table.tenantId,
      table.projectId,
      table.lastAccessed,
      table.resourceId,
    ),
  ],
);

/** Each access of a file. */
export const resourceAccessLogs = throughline.table(
  "resource_access_logs",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    accessId: text("access_id").notNull(),
    resourceId: text("resource_id").notNull(),
    path: text("path").notNull(),
    accessType: text("access_type").notNull(),
    importance: doublePrecision("importance"),
    accessedAt: bigint("accessed_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.accessId] }),
    index("resource_access_logs_time").on(table.tenantId, table.sessionId, table.accessedAt, table.accessId),
    index("resource_access_logs_resource").on(
      table.tenantId,
      table.resourceId,
      table.accessedAt,
      table.sessionId,
      table.accessId,
    ),
  ],
);

/** What a session has to do with a resource. */
export const sessionResources = throughline.table(
  "session_resources",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    resourceId: text("resource_id").notNull(),
    path: text("path").notNull(),
    importanceScore: doublePrecision("importance_score"),
    includedInContext: boolean("included_in_context").notNull(),
    modified: boolean("modified").notNull(),
    accessCount: bigint("access_count", { mode: "number" }).notNull(),
    lastAccessed: bigint("last_accessed", { mode: "number" }).notNull(),
    keptHash: text("kept_hash").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.resourceId] }),
    index("session_resources_resource").on(table.tenantId, table.resourceId, table.sessionId),
    index("session_resources_accessed").on(
      table.tenantId,
      table.sessionId,
      table.lastAccessed,
      table.resourceId,
    ),
  ],
);

/** What refers to what. */
export const resourceDependencies = throughline.table(
  "resource_dependencies",
  {
    tenantId: text("tenant_id").notNull(),
    resourceId: text("resource_id").notNull(),
    projectId: text("project_id").notNull(),
    targetPath: text("target_path").notNull(),
    targetKey: text("target_key").notNull(),
    kind: text("kind").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.resourceId, table.targetKey] }),
    index("resource_dependencies_target").on(
      table.tenantId,
      table.projectId,
      table.targetKey,
      table.resourceId,
    ),
  ],
);
