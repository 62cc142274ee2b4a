import { sql } from "drizzle-orm";
import { bigint, customType, index, primaryKey, text } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** The words of messages, long ones in slices. */
export const searchIndex = throughline.table(
  "search_index",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    slice: bigint("slice", { mode: "number" }).notNull(),
    slices: bigint("slices", { mode: "number" }).notNull(),
    role: text("role").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    length: bigint("length", { mode: "number" }).notNull(),
    words: tsvector("words").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.seq, table.slice] }),
    index("search_index_words")
      .using("gin", table.words)
      .where(sql`"slices" = 1`),
    index("search_index_sliced")
      .using("gin", table.words)
      .where(sql`"slices" > 1`),
  ],
);

/** How far the index has followed each tenant's feed. */
export const searchProgress = throughline.table("search_progress", {
  tenantId: text("tenant_id").primaryKey(),
  version: text("version").notNull(),
  position: bigint("position", { mode: "number" }).notNull(),
  builtSession: text("built_session"),
  builtSeq: bigint("built_seq", { mode: "number" }),
});
