import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What adapters and importers keep for themselves. */
export const state = sqliteTable(
  "state",
  {
    tenant: integer("tenant").notNull(),
    scope: text("scope").notNull(),
    collection: text("collection").notNull(),
    key: text("key").notNull(),
    value: text("value").notNull(),
    metadata: text("metadata").notNull(),
    count: integer("count").notNull(),
    updatedAt: integer("updated_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.scope, table.collection, table.key] }),
    index("state_collection").on(table.tenant, table.collection, table.key, table.scope),
  ],
);

/** Values too large for their records, by hash. */
export const blobs = sqliteTable(
  "blobs",
  {
    tenant: integer("tenant").notNull(),
    hash: text("hash").notNull(),
    size: integer("size").notNull(),
    pieces: integer("pieces").notNull(),
    encoding: text("encoding").notNull(),
    createdAt: integer("created_at").notNull(),
    touchedAt: integer("touched_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.hash] })],
);

/** The bytes of blobs, at most 1 MiB a piece. */
export const blobPieces = sqliteTable(
  "blob_pieces",
  {
    tenant: integer("tenant").notNull(),
    hash: text("hash").notNull(),
    piece: integer("piece").notNull(),
    bytes: blob("bytes", { mode: "buffer" }).notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.hash, table.piece] })],
);

/** Who holds a blob. */
export const blobReferences = sqliteTable(
  "blob_references",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    hash: text("hash").notNull(),
    ownerKind: text("owner_kind").notNull(),
    ownerId: text("owner_id").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sessionId, table.hash, table.ownerKind, table.ownerId] }),
    index("blob_references_hash").on(
      table.tenant,
      table.hash,
      table.sessionId,
      table.ownerKind,
      table.ownerId,
    ),
  ],
);

/** The foreign files that were imported. */
export const sources = sqliteTable(
  "sources",
  {
    tenant: integer("tenant").notNull(),
    sourceId: text("source_id").notNull(),
    toolId: text("tool_id").notNull(),
    path: text("path").notNull(),
    size: integer("size").notNull(),
    firstLineHash: text("first_line_hash").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sourceId] }),
    index("sources_tool").on(table.tenant, table.toolId, table.createdAt, table.sourceId),
  ],
);

/** The bytes of imported files, about 64 KB a chunk. */
export const sourceChunks = sqliteTable(
  "source_chunks",
  {
    tenant: integer("tenant").notNull(),
    sourceId: text("source_id").notNull(),
    offset: integer("offset").notNull(),
    size: integer("size").notNull(),
    encoding: text("encoding").notNull(),
    bytes: blob("bytes", { mode: "buffer" }).notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.sourceId, table.offset] })],
);
