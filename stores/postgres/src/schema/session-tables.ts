import { sql } from "drizzle-orm";
import { bigint, boolean, index, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

/** What of a session an append leaves alone. Read it with `sessionLogs`, or both as the view `sessions`. */
export const sessionRows = throughline.table(
  "session_rows",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    userId: text("user_id").notNull(),
    projectId: text("project_id").notNull(),
    toolId: text("tool_id").notNull(),
    profileId: text("profile_id").notNull(),
    terminalId: text("terminal_id").notNull(),
    externalKey: text("external_key").notNull(),
    title: text("title").notNull(),
    model: text("model").notNull(),
    status: text("status").notNull(),
    pinned: boolean("pinned").notNull(),
    tags: text("tags").notNull(),
    workspacePath: text("workspace_path").notNull(),
    processId: bigint("process_id", { mode: "number" }).notNull(),
    parentSessionId: text("parent_session_id").notNull(),
    forkedAt: bigint("forked_at", { mode: "number" }).notNull(),
    summary: text("summary").notNull(),
    contextSizeBytes: bigint("context_size_bytes", { mode: "number" }).notNull(),
    metadata: text("metadata").notNull(),
    metrics: text("metrics").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    endedAt: bigint("ended_at", { mode: "number" }).notNull(),
    expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
    hiddenAt: bigint("hidden_at", { mode: "number" }).notNull(),
    listed: boolean("listed").notNull(),
    history: text("history").notNull(),
    ancestors: text("ancestors").notNull(),
    forks: bigint("forks", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId] }),
    uniqueIndex("session_rows_external")
      .on(table.tenantId, table.userId, table.toolId, table.externalKey)
      .where(sql`"external_key" <> '' AND "hidden_at" = 0`),
    uniqueIndex("session_rows_terminal")
      .on(table.tenantId, table.userId, table.terminalId)
      .where(sql`"terminal_id" <> '' AND "hidden_at" = 0`),
    index("session_rows_created").on(table.tenantId, table.listed, table.createdAt, table.sessionId),
    index("session_rows_user").on(table.tenantId, table.userId, table.createdAt, table.sessionId),
    index("session_rows_project").on(table.tenantId, table.projectId, table.createdAt, table.sessionId),
    index("session_rows_tool").on(table.tenantId, table.toolId, table.createdAt, table.sessionId),
    index("session_rows_process").on(table.tenantId, table.processId, table.endedAt, table.sessionId),
    index("session_rows_parent").on(table.tenantId, table.parentSessionId, table.createdAt, table.sessionId),
    index("session_rows_external_key")
      .on(table.tenantId, table.externalKey)
      .where(sql`"external_key" <> ''`),
    index("session_rows_workspace")
      .on(table.tenantId, table.workspacePath)
      .where(sql`"workspace_path" <> ''`),
    index("session_rows_pinned")
      .on(table.tenantId)
      .where(sql`"pinned"`),
    index("session_rows_status")
      .on(table.tenantId, table.status)
      .where(sql`"status" <> 'active'`),
  ],
);

/** What of a session every append changes: narrow, because each append rewrites it. */
export const sessionLogs = throughline.table(
  "session_logs",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    listed: boolean("listed").notNull(),
    lastSeq: bigint("last_seq", { mode: "number" }).notNull(),
    headSeq: bigint("head_seq", { mode: "number" }).notNull(),
    messageCount: bigint("message_count", { mode: "number" }).notNull(),
    tokenCount: bigint("token_count", { mode: "number" }).notNull(),
    lastActivity: bigint("last_activity", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId] }),
    index("session_logs_activity").on(table.tenantId, table.listed, table.lastActivity, table.sessionId),
  ],
);
