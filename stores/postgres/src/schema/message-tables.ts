import { bigint, doublePrecision, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

/** The logs of sessions. Deleted messages are among them: `removed_at` is not 0 then. */
export const messages = throughline.table(
  "messages",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    messageId: text("message_id").notNull(),
    parentSeq: bigint("parent_seq", { mode: "number" }).notNull(),
    role: text("role").notNull(),
    content: text("content").notNull(),
    contentFormat: text("content_format").notNull(),
    tokenCount: bigint("token_count", { mode: "number" }).notNull(),
    model: text("model").notNull(),
    usage: text("usage").notNull(),
    cost: doublePrecision("cost"),
    metadata: text("metadata").notNull(),
    native: text("native").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    removedAt: bigint("removed_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.seq] }),
    uniqueIndex("messages_id").on(table.tenantId, table.sessionId, table.messageId),
  ],
);

/** The messages that do not follow the position before them. */
export const branches = throughline.table(
  "branches",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    parentSeq: bigint("parent_seq", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sessionId, table.seq] })],
);
