import { bigint, boolean, text, timestamp } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

// `existing`: the migrations make the views.

/** Sessions in one piece. Deleted ones are among them: `hidden_at` is not 0 then. */
export const sessions = throughline
  .view("sessions", {
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
    messageCount: bigint("message_count", { mode: "number" }).notNull(),
    tokenCount: bigint("token_count", { mode: "number" }).notNull(),
    contextSizeBytes: bigint("context_size_bytes", { mode: "number" }).notNull(),
    metadata: text("metadata").notNull(),
    metrics: text("metrics").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    lastActivity: bigint("last_activity", { mode: "number" }).notNull(),
    endedAt: bigint("ended_at", { mode: "number" }).notNull(),
    expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    headSeq: bigint("head_seq", { mode: "number" }).notNull(),
    lastSeq: bigint("last_seq", { mode: "number" }).notNull(),
    hiddenAt: bigint("hidden_at", { mode: "number" }).notNull(),
    listed: boolean("listed").notNull(),
    history: text("history").notNull(),
    ancestors: text("ancestors").notNull(),
    forks: bigint("forks", { mode: "number" }).notNull(),
  })
  .existing();

/** What was said, with the session's title and a time that people can read; nothing that was deleted. */
export const transcripts = throughline
  .view("transcripts", {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    title: text("title").notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    parentSeq: bigint("parent_seq", { mode: "number" }).notNull(),
    created: timestamp("created", { withTimezone: true }).notNull(),
    role: text("role").notNull(),
    content: text("content").notNull(),
  })
  .existing();
