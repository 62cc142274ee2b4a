import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Files that were given to a model's provider. */
export const uploadedFiles = sqliteTable(
  "uploaded_files",
  {
    tenant: integer("tenant").notNull(),
    fileId: text("file_id").notNull(),
    providerName: text("provider_name").notNull(),
    providerUri: text("provider_uri").notNull(),
    displayName: text("display_name").notNull(),
    size: integer("size").notNull(),
    mimeType: text("mime_type").notNull(),
    uploadedAt: integer("uploaded_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    metadata: text("metadata").notNull(),
    hash: text("hash").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.fileId] }),
    index("uploaded_files_uploaded").on(table.tenant, table.uploadedAt, table.fileId),
    index("uploaded_files_expiry").on(table.tenant, table.expiresAt, table.fileId),
  ],
);

/** Keys to the HTTP API, by their hashes. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    tenant: integer("tenant").notNull(),
    keyId: text("key_id").notNull(),
    prefix: text("prefix").notNull(),
    hash: text("hash").notNull(),
    ownerTenant: text("owner_tenant").notNull(),
    role: text("role").notNull(),
    name: text("name").notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.keyId] }),
    uniqueIndex("api_keys_hash")
      .on(table.tenant, table.hash)
      .where(sql`"hash" <> ''`),
    index("api_keys_created").on(table.tenant, table.createdAt, table.keyId),
  ],
);
