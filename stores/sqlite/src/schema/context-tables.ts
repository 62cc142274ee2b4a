import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Searches, decisions and references to memories. */
export const contextEntries = sqliteTable(
  "context_entries",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    kind: text("kind").notNull(),
    entryId: text("entry_id").notNull(),
    text: text("text").notNull(),
    memoryId: text("memory_id").notNull(),
    createdAt: integer("created_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.kind, table.entryId] }),
    index("context_entries_time").on(
      table.tenant,
      table.sessionId,
      table.kind,
      table.createdAt,
      table.entryId,
    ),
  ],
);

/** A session's workspace, and how much context it has. */
export const sessionContexts = sqliteTable(
  "session_contexts",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    workspace: text("workspace"),
    files: integer("files").notNull(),
    searches: integer("searches").notNull(),
    decisions: integer("decisions").notNull(),
    memories: integer("memories").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    looseBytes: integer("loose_bytes").notNull(),
    lastSegment: integer("last_segment").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.sessionId] })],
);

/** Older entries of a context, packed. */
export const contextSegments = sqliteTable(
  "context_segments",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    kind: text("kind").notNull(),
    segment: integer("segment").notNull(),
    entries: integer("entries").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    firstAt: integer("first_at").notNull(),
    lastAt: integer("last_at").notNull(),
    packed: blob("packed", { mode: "buffer" }).notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.sessionId, table.kind, table.segment] })],
);

/** Named snapshots of contexts. */
export const checkpoints = sqliteTable(
  "checkpoints",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    name: text("name").notNull(),
    context: text("context").notNull(),
    state: text("state").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    createdAt: integer("created_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.name] }),
    index("checkpoints_created").on(table.tenant, table.sessionId, table.createdAt, table.name),
    index("checkpoints_stale").on(table.tenant, table.createdAt, table.sessionId, table.name),
  ],
);
