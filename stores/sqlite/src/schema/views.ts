import { integer, sqliteView, text } from "drizzle-orm/sqlite-core";
import { messageColumns } from "./message-tables.ts";
import { sessionColumns, sessionLogColumns } from "./session-tables.ts";

// `existing`: the migrations make the views.

/** Sessions in one piece. Deleted ones are among them: `hidden_at` is not 0 then. */
export const sessions = sqliteView("sessions", {
  sessionId: text("session_id").notNull(),
  tenantId: text("tenant_id").notNull(),
  ...sessionColumns,
  ...sessionLogColumns,
  sessionKey: integer("session_key").notNull(),
}).existing();

/** Messages with the ids of their sessions. Deleted ones are among them: `removed_at` is not 0 then. */
export const messages = sqliteView("messages", {
  tenantId: text("tenant_id").notNull(),
  sessionId: text("session_id").notNull(),
  ...messageColumns,
  sessionKey: integer("session_key").notNull(),
  messageKey: integer("message_key").notNull(),
}).existing();

/** The feed with the names of tenants and sessions. */
export const feed = sqliteView("feed", {
  position: integer("position").notNull(),
  tenantId: text("tenant_id").notNull(),
  at: integer("at").notNull(),
  userId: text("user_id").notNull(),
  sessionId: text("session_id"),
  firstSeq: integer("first_seq"),
  messageCount: integer("message_count"),
  entries: text("entries"),
}).existing();
