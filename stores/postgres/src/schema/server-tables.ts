import { sql } from "drizzle-orm";
import { bigint, index, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

/** Files that were given to a model's provider. */
export const uploadedFiles = throughline.table(
  "uploaded_files",
  {
    tenantId: text("tenant_id").notNull(),
    fileId: text("file_id").notNull(),
    providerName: text("provider_name").notNull(),
    providerUri: text("provider_uri").notNull(),
    displayName: text("display_name").notNull(),
    size: bigint("size", { mode: "number" }).notNull(),
    mimeType: text("mime_type").notNull(),
    uploadedAt: bigint("uploaded_at", { mode: "number" }).notNull(),
    expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
    metadata: text("metadata").notNull(),
    hash: text("hash").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.fileId] }),
    index("uploaded_files_uploaded").on(table.tenantId, table.uploadedAt, table.fileId),
    index("uploaded_files_expiry").on(table.tenantId, table.expiresAt, table.fileId),
  ],
);

/** Keys to the HTTP API, by their hashes. */
export const apiKeys = throughline.table(
  "api_keys",
  {
    tenantId: text("tenant_id").notNull(),
    keyId: text("key_id").notNull(),
    prefix: text("prefix").notNull(),
    hash: text("hash").notNull(),
    ownerTenant: text("owner_tenant").notNull(),
    role: text("role").notNull(),
    name: text("name").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    lastUsedAt: bigint("last_used_at", { mode: "number" }).notNull(),
    expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
    revokedAt: bigint("revoked_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.keyId] }),
    uniqueIndex("api_keys_hash")
      .on(table.tenantId, table.hash)
      .where(sql`"hash" <> ''`),
    index("api_keys_created").on(table.tenantId, table.createdAt, table.keyId),
  ],
);
