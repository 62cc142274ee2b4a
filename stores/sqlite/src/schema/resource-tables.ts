import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Bodies of work. */
export const projects = sqliteTable(
  "projects",
  {
    tenant: integer("tenant").notNull(),
    projectId: text("project_id").notNull(),
    name: text("name").notNull(),
    repository: text("repository").notNull(),
    createdAt: integer("created_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.projectId] }),
    uniqueIndex("projects_repository")
      .on(table.tenant, table.repository)
      .where(sql`"repository" <> ''`),
    index("projects_created").on(table.tenant, table.createdAt, table.projectId),
  ],
);

/** Files and other content that sessions touch. */
export const resources = sqliteTable(
  "resources",
  {
    tenant: integer("tenant").notNull(),
    resourceId: text("resource_id").notNull(),
    projectId: text("project_id").notNull(),
    path: text("path").notNull(),
    pathKey: text("path_key").notNull(),
    type: text("type").notNull(),
    size: integer("size"),
    tokenCount: integer("token_count"),
    tokenCounts: text("token_counts").notNull(),
    contentHash: text("content_hash").notNull(),
    accessCount: integer("access_count").notNull(),
    editCount: integer("edit_count").notNull(),
    lastAccessed: integer("last_accessed").notNull(),
    lastEdited: integer("last_edited").notNull(),
    modifiedDuringSession: integer("modified_during_session").notNull(),
    importance: real("importance"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.resourceId] }),
    uniqueIndex("resources_path")
      .on(table.tenant, table.projectId, table.pathKey)
      .where(sql`"path_key" <> ''`),
    index("resources_accessed").on(table.tenant, table.accessCount, table.resourceId),
    index("resources_recent").on(table.tenant, table.lastAccessed, table.resourceId),
    index("resources_projectAccessed").on(table.tenant, table.projectId, table.accessCount, table.resourceId),
    index("resources_projectRecent").on(table.tenant, table.projectId, table.lastAccessed, table.resourceId),
  ],
);

/** Each access of a file. */
export const resourceAccessLogs = sqliteTable(
  "resource_access_logs",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    accessId: text("access_id").notNull(),
    resourceId: text("resource_id").notNull(),
    path: text("path").notNull(),
    accessType: text("access_type").notNull(),
    importance: real("importance"),
    accessedAt: integer("accessed_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.accessId] }),
    index("resource_access_logs_time").on(table.tenant, table.sessionId, table.accessedAt, table.accessId),
    index("resource_access_logs_resource").on(
      table.tenant,
      table.resourceId,
      table.accessedAt,
      table.sessionId,
      table.accessId,
    ),
  ],
);

/** What a session has to do with a resource. */
export const sessionResources = sqliteTable(
  "session_resources",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    resourceId: text("resource_id").notNull(),
    path: text("path").notNull(),
    importanceScore: real("importance_score"),
    includedInContext: integer("included_in_context").notNull(),
    modified: integer("modified").notNull(),
    accessCount: integer("access_count").notNull(),
    lastAccessed: integer("last_accessed").notNull(),
    keptHash: text("kept_hash").notNull(),
    createdAt: integer("created_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.resourceId] }),
    index("session_resources_resource").on(table.tenant, table.resourceId, table.sessionId),
    index("session_resources_accessed").on(
      table.tenant,
      table.sessionId,
      table.lastAccessed,
      table.resourceId,
    ),
  ],
);

/** What refers to what. */
export const resourceDependencies = sqliteTable(
  "resource_dependencies",
  {
    tenant: integer("tenant").notNull(),
    resourceId: text("resource_id").notNull(),
    projectId: text("project_id").notNull(),
    targetPath: text("target_path").notNull(),
    targetKey: text("target_key").notNull(),
    kind: text("kind").notNull(),
    createdAt: integer("created_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.resourceId, table.targetKey] }),
    index("resource_dependencies_target").on(
      table.tenant,
      table.projectId,
      table.targetKey,
      table.resourceId,
    ),
  ],
);
