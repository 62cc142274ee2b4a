import { bigint, index, primaryKey, text } from "drizzle-orm/pg-core";
import { bytea, throughline } from "./throughline.ts";

/** Searches, decisions and references to memories. */
export const contextEntries = throughline.table(
  "context_entries",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    kind: text("kind").notNull(),
    entryId: text("entry_id").notNull(),
    text: text("text").notNull(),
    memoryId: text("memory_id").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.kind, table.entryId] }),
    index("context_entries_time").on(
      table.tenantId,
      table.sessionId,
      table.kind,
      table.createdAt,
      table.entryId,
    ),
  ],
);

/** A session's workspace, and how much context it has. */
export const sessionContexts = throughline.table(
  "session_contexts",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    workspace: text("workspace"),
    files: bigint("files", { mode: "number" }).notNull(),
    searches: bigint("searches", { mode: "number" }).notNull(),
    decisions: bigint("decisions", { mode: "number" }).notNull(),
    memories: bigint("memories", { mode: "number" }).notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    looseBytes: bigint("loose_bytes", { mode: "number" }).notNull(),
    lastSegment: bigint("last_segment", { mode: "number" }).notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sessionId] })],
);

/** Older entries of a context, packed. */
export const contextSegments = throughline.table(
  "context_segments",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    kind: text("kind").notNull(),
    segment: bigint("segment", { mode: "number" }).notNull(),
    entries: bigint("entries", { mode: "number" }).notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    firstAt: bigint("first_at", { mode: "number" }).notNull(),
    lastAt: bigint("last_at", { mode: "number" }).notNull(),
    packed: bytea("packed").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sessionId, table.kind, table.segment] })],
);

/** Named snapshots of contexts. */
export const checkpoints = throughline.table(
  "checkpoints",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    name: text("name").notNull(),
    context: text("context").notNull(),
    state: text("state").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.name] }),
    index("checkpoints_created").on(table.tenantId, table.sessionId, table.createdAt, table.name),
    index("checkpoints_stale").on(table.tenantId, table.createdAt, table.sessionId, table.name),
  ],
);
