import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** What `session_rows` and the view `sessions` both show. */
export const sessionColumns = {
  userId: text("user_id").notNull(),
  projectId: text("project_id").notNull(),
  toolId: text("tool_id").notNull(),
  profileId: text("profile_id").notNull(),
  terminalId: text("terminal_id").notNull(),
  externalKey: text("external_key").notNull(),
  title: text("title").notNull(),
  model: text("model").notNull(),
  status: text("status").notNull(),
  pinned: integer("pinned", { mode: "boolean" }).notNull(),
  tags: text("tags").notNull(),
  workspacePath: text("workspace_path").notNull(),
  processId: integer("process_id").notNull(),
  parentSessionId: text("parent_session_id").notNull(),
  forkedAt: integer("forked_at").notNull(),
  summary: text("summary").notNull(),
  contextSizeBytes: integer("context_size_bytes").notNull(),
  metadata: text("metadata").notNull(),
  metrics: text("metrics").notNull(),
  createdAt: integer("created_at").notNull(),
  endedAt: integer("ended_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  hiddenAt: integer("hidden_at").notNull(),
  listed: integer("listed", { mode: "boolean" }).notNull(),
  history: text("history").notNull(),
  ancestors: text("ancestors").notNull(),
  forks: integer("forks").notNull(),
};

/** What `session_logs` and the view `sessions` both show. */
export const sessionLogColumns = {
  lastSeq: integer("last_seq").notNull(),
  headSeq: integer("head_seq").notNull(),
  messageCount: integer("message_count").notNull(),
  tokenCount: integer("token_count").notNull(),
  lastActivity: integer("last_activity").notNull(),
  updatedAt: integer("updated_at").notNull(),
  revision: integer("revision").notNull(),
};

/** What of a session an append leaves alone. Read it with `sessionLogs`, or both as the view `sessions`. */
export const sessionRows = sqliteTable(
  "session_rows",
  {
    sessionKey: integer("session_key").notNull().primaryKey({ autoIncrement: true }),
    sessionId: text("session_id").notNull(),
    tenant: integer("tenant").notNull(),
    ...sessionColumns,
  },
  (table) => [
    uniqueIndex("session_rows_id").on(table.sessionId, table.tenant),
    uniqueIndex("session_rows_external")
      .on(table.tenant, table.userId, table.toolId, table.externalKey)
      .where(sql`"external_key" <> '' AND "hidden_at" = 0`),
    uniqueIndex("session_rows_terminal")
      .on(table.tenant, table.userId, table.terminalId)
      .where(sql`"terminal_id" <> '' AND "hidden_at" = 0`),
    index("session_rows_created").on(table.tenant, table.listed, table.createdAt, table.sessionId),
    index("session_rows_user").on(table.tenant, table.userId, table.createdAt, table.sessionId),
    index("session_rows_project").on(table.tenant, table.projectId, table.createdAt, table.sessionId),
    index("session_rows_tool").on(table.tenant, table.toolId, table.createdAt, table.sessionId),
    index("session_rows_process").on(table.tenant, table.processId, table.endedAt, table.sessionId),
    index("session_rows_parent").on(table.tenant, table.parentSessionId, table.createdAt, table.sessionId),
    index("session_rows_external_key")
      .on(table.tenant, table.externalKey)
      .where(sql`"external_key" <> ''`),
    index("session_rows_workspace")
      .on(table.tenant, table.workspacePath)
      .where(sql`"workspace_path" <> ''`),
    index("session_rows_pinned")
      .on(table.tenant)
      .where(sql`"pinned" = 1`),
    index("session_rows_status")
      .on(table.tenant, table.status)
      .where(sql`"status" <> 'active'`),
  ],
);

/** What of a session every append changes: narrow, because each append rewrites it. */
export const sessionLogs = sqliteTable(
  "session_logs",
  {
    sessionKey: integer("session_key").notNull().primaryKey(),
    shelf: integer("shelf").notNull(),
    ...sessionLogColumns,
  },
  (table) => [index("session_logs_activity").on(table.shelf, table.lastActivity)],
);

/** The ids of removed sessions, for what still names them by key. */
export const removedSessions = sqliteTable("removed_sessions", {
  sessionKey: integer("session_key").notNull().primaryKey(),
  tenant: integer("tenant").notNull(),
  sessionId: text("session_id").notNull(),
});
