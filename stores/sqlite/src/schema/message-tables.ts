import { integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** What `message_rows` and the view `messages` both show. */
export const messageColumns = {
  seq: integer("seq").notNull(),
  messageId: text("message_id").notNull(),
  parentSeq: integer("parent_seq").notNull(),
  role: text("role").notNull(),
  content: text("content").notNull(),
  contentFormat: text("content_format").notNull(),
  tokenCount: integer("token_count").notNull(),
  model: text("model").notNull(),
  usage: text("usage").notNull(),
  cost: real("cost"),
  metadata: text("metadata").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  removedAt: integer("removed_at").notNull(),
  revision: integer("revision").notNull(),
  native: text("native").notNull(),
};

/** Messages in the order in which they were written. The view `messages` shows them with the ids of their sessions. */
export const messageRows = sqliteTable(
  "message_rows",
  {
    messageKey: integer("message_key").notNull().primaryKey(),
    sessionKey: integer("session_key").notNull(),
    ...messageColumns,
  },
  (table) => [
    uniqueIndex("message_rows_seq").on(table.sessionKey, table.seq),
    // Ids that follow the time land at the end of an index that begins with them.
    uniqueIndex("message_rows_id").on(table.messageId, table.sessionKey),
  ],
);

/** The messages that do not follow the position before them. */
export const branches = sqliteTable(
  "branches",
  {
    sessionKey: integer("session_key").notNull(),
    seq: integer("seq").notNull(),
    parentSeq: integer("parent_seq").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionKey, table.seq] })],
);
