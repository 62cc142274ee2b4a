import { bigint, primaryKey, text } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

/** Facts about the schema as a whole: its version, and the incarnation of its positions. */
export const storeInfo = throughline.table("store_info", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});

/** The revisions at which records were removed: one that is written again goes on from there. */
export const removedKeys = throughline.table(
  "removed_keys",
  {
    tenantId: text("tenant_id").notNull(),
    kind: text("kind").notNull(),
    key: text("key").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    removedAt: bigint("removed_at", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.kind, table.key] })],
);

/** The feed: one row a commit. */
export const changes = throughline.table(
  "changes",
  {
    tenantId: text("tenant_id").notNull(),
    position: bigint("position", { mode: "number" }).notNull(),
    at: bigint("at", { mode: "number" }).notNull(),
    userId: text("user_id").notNull(),
    sessionId: text("session_id"),
    firstSeq: bigint("first_seq", { mode: "number" }),
    messageCount: bigint("message_count", { mode: "number" }),
    entries: text("entries"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.position] })],
);

/** How far the feeds of tenants were pruned. */
export const feedFloors = throughline.table("feed_floors", {
  tenantId: text("tenant_id").primaryKey(),
  position: bigint("position", { mode: "number" }).notNull(),
});

/** The answers to operations, for those that are sent again. */
export const operations = throughline.table(
  "operations",
  {
    tenantId: text("tenant_id").notNull(),
    operationId: text("operation_id").notNull(),
    at: bigint("at", { mode: "number" }).notNull(),
    fingerprint: text("fingerprint").notNull(),
    position: bigint("position", { mode: "number" }).notNull(),
    sessionId: text("session_id"),
    firstSeq: bigint("first_seq", { mode: "number" }),
    messageIds: text("message_ids").array(),
    results: text("results"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.operationId] })],
);
