import { bigint, index, primaryKey, text } from "drizzle-orm/pg-core";
import { bytea, throughline } from "./throughline.ts";

/** What adapters and importers keep for themselves. */
export const state = throughline.table(
  "state",
  {
    tenantId: text("tenant_id").notNull(),
    scope: text("scope").notNull(),
    collection: text("collection").notNull(),
    key: text("key").notNull(),
    value: text("value").notNull(),
    metadata: text("metadata").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.scope, table.collection, table.key] }),
    index("state_collection").on(table.tenantId, table.collection, table.key, table.scope),
  ],
);

/** Values too large for their records, by hash. */
export const blobs = throughline.table(
  "blobs",
  {
    tenantId: text("tenant_id").notNull(),
    hash: text("hash").notNull(),
    size: bigint("size", { mode: "number" }).notNull(),
    pieces: bigint("pieces", { mode: "number" }).notNull(),
    encoding: text("encoding").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    touchedAt: bigint("touched_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.hash] })],
);

/** The bytes of blobs, at most 1 MiB a piece. */
export const blobPieces = throughline.table(
  "blob_pieces",
  {
    tenantId: text("tenant_id").notNull(),
    hash: text("hash").notNull(),
    piece: bigint("piece", { mode: "number" }).notNull(),
    bytes: bytea("bytes").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.hash, table.piece] })],
);

/** Who holds a blob. */
export const blobReferences = throughline.table(
  "blob_references",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    hash: text("hash").notNull(),
    ownerKind: text("owner_kind").notNull(),
    ownerId: text("owner_id").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.hash, table.ownerKind, table.ownerId] }),
    index("blob_references_hash").on(
      table.tenantId,
      table.hash,
      table.sessionId,
      table.ownerKind,
      table.ownerId,
    ),
  ],
);

/** The foreign files that were imported. */
export const sources = throughline.table(
  "sources",
  {
    tenantId: text("tenant_id").notNull(),
    sourceId: text("source_id").notNull(),
    toolId: text("tool_id").notNull(),
    path: text("path").notNull(),
    size: bigint("size", { mode: "number" }).notNull(),
    firstLineHash: text("first_line_hash").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sourceId] }),
    index("sources_tool").on(table.tenantId, table.toolId, table.createdAt, table.sourceId),
  ],
);

/** The bytes of imported files, about 64 KB a chunk. */
export const sourceChunks = throughline.table(
  "source_chunks",
  {
    tenantId: text("tenant_id").notNull(),
    sourceId: text("source_id").notNull(),
    offset: bigint("offset", { mode: "number" }).notNull(),
    size: bigint("size", { mode: "number" }).notNull(),
    encoding: text("encoding").notNull(),
    bytes: bytea("bytes").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sourceId, table.offset] })],
);
