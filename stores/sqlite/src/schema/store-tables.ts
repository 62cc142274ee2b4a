import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Facts about the file as a whole. */
export const storeInfo = sqliteTable("store_info", {
  name: text("name").notNull().primaryKey(),
  value: text("value").notNull(),
});

/** Numbers that stand for tenants in the other tables. */
export const tenants = sqliteTable(
  "tenants",
  {
    tenant: integer("tenant").notNull().primaryKey(),
    tenantId: text("tenant_id").notNull(),
  },
  (table) => [uniqueIndex("tenants_id").on(table.tenantId)],
);

/** The revisions at which records were removed: one that is written again goes on from there. */
export const removedKeys = sqliteTable(
  "removed_keys",
  {
    tenant: integer("tenant").notNull(),
    kind: text("kind").notNull(),
    key: text("key").notNull(),
    revision: integer("revision").notNull(),
    removedAt: integer("removed_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.kind, table.key] })],
);

/** The feed: one row a commit. */
export const changes = sqliteTable("changes", {
  position: integer("position").notNull().primaryKey(),
  tenant: integer("tenant").notNull(),
  at: integer("at").notNull(),
  userId: text("user_id").notNull(),
  sessionKey: integer("session_key"),
  firstSeq: integer("first_seq"),
  messageCount: integer("message_count"),
  entries: text("entries"),
});

/** The answers to operations, for those that are sent again. */
export const operations = sqliteTable(
  "operations",
  {
    tenant: integer("tenant").notNull(),
    operationId: text("operation_id").notNull(),
    at: integer("at").notNull(),
    fingerprint: text("fingerprint").notNull(),
    position: integer("position").notNull(),
    sessionKey: integer("session_key"),
    firstSeq: integer("first_seq"),
    messageCount: integer("message_count"),
    results: text("results"),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.operationId] })],
);

/** How far each index has followed the feed. */
export const searchProgress = sqliteTable("search_progress", {
  indexName: text("index_name").notNull().primaryKey(),
  position: integer("position").notNull(),
});
