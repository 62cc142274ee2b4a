import type { Migration } from "@throughline/store-sql";

/**
 * Settings, holds, references to blobs, uploaded files and API keys. `blobs` is made anew, as added columns would stand
 * behind the others; the bytes lie in another table. Who refers to blobs from before is read from the messages: what is
 * erased or deleted later takes them with it.
 *
 * The indexes hold what few sessions are, for lists that are filtered by it. No append changes these columns, but for one
 * that makes an expired session active.
 */
export const wholeSessions: Migration = {
  version: 2,
  name: "whole-sessions",
  up: `
ALTER TABLE "blobs" RENAME TO "blobs_before";
CREATE TABLE "blobs" (
  "tenant" INTEGER NOT NULL,
  "hash" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "pieces" INTEGER NOT NULL,
  "encoding" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "touched_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "hash")
) STRICT, WITHOUT ROWID;
INSERT INTO "blobs" ("tenant", "hash", "size", "pieces", "encoding", "created_at", "touched_at", "revision")
SELECT "tenant", "hash", "size", "pieces", '', "created_at", max("created_at", 1), "revision" FROM "blobs_before";
DROP TABLE "blobs_before";

CREATE TABLE "blob_references" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "owner_kind" TEXT NOT NULL,
  "owner_id" TEXT NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "hash", "owner_kind", "owner_id")
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO "blob_references" ("tenant", "session_id", "hash", "owner_kind", "owner_id", "revision")
SELECT "tenant", "session_id", "content", 'messages', "message_id", 1
FROM "message_rows" JOIN "session_rows" USING ("session_key") WHERE "content_format" = 'blob';
INSERT OR IGNORE INTO "blob_references" ("tenant", "session_id", "hash", "owner_kind", "owner_id", "revision")
SELECT "tenant", "session_id", "native" ->> '$.blob', 'messages', "message_id", 1
FROM "message_rows" JOIN "session_rows" USING ("session_key")
WHERE octet_length("native") < 10000 AND "native" LIKE '{"format"%"blob":"%"}' AND "native" ->> '$.blob' IS NOT NULL;
CREATE INDEX "blob_references_hash" ON "blob_references"
  ("tenant", "hash", "session_id", "owner_kind", "owner_id");

CREATE TABLE "chat_settings" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "allowed_tools" TEXT NOT NULL,
  "permission_mode" TEXT NOT NULL,
  "system_prompt" TEXT NOT NULL,
  "model" TEXT NOT NULL,
  "mcp_servers" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "holds" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "uploaded_files" (
  "tenant" INTEGER NOT NULL,
  "file_id" TEXT NOT NULL,
  "provider_name" TEXT NOT NULL,
  "provider_uri" TEXT NOT NULL,
  "display_name" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "mime_type" TEXT NOT NULL,
  "uploaded_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "metadata" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "file_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "uploaded_files_uploaded" ON "uploaded_files" ("tenant", "uploaded_at", "file_id");
CREATE INDEX "uploaded_files_expiry" ON "uploaded_files" ("tenant", "expires_at", "file_id");

CREATE TABLE "api_keys" (
  "tenant" INTEGER NOT NULL,
  "key_id" TEXT NOT NULL,
  "prefix" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "owner_tenant" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "last_used_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "revoked_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "key_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" ("tenant", "hash") WHERE "hash" <> '';
CREATE INDEX "api_keys_created" ON "api_keys" ("tenant", "created_at", "key_id");

CREATE INDEX "session_rows_external_key" ON "session_rows" ("tenant", "external_key") WHERE "external_key" <> '';
CREATE INDEX "session_rows_workspace" ON "session_rows" ("tenant", "workspace_path") WHERE "workspace_path" <> '';
CREATE INDEX "session_rows_pinned" ON "session_rows" ("tenant") WHERE "pinned" = 1;
CREATE INDEX "session_rows_status" ON "session_rows" ("tenant", "status") WHERE "status" <> 'active';
`,
  down: `
DROP INDEX "session_rows_status";
DROP INDEX "session_rows_pinned";
DROP INDEX "session_rows_workspace";
DROP INDEX "session_rows_external_key";
DROP TABLE "api_keys";
DROP TABLE "uploaded_files";
DROP TABLE "holds";
DROP TABLE "chat_settings";
DROP TABLE "blob_references";

ALTER TABLE "blobs" RENAME TO "blobs_after";
CREATE TABLE "blobs" (
  "tenant" INTEGER NOT NULL,
  "hash" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "pieces" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "hash")
) STRICT, WITHOUT ROWID;
INSERT INTO "blobs" ("tenant", "hash", "size", "pieces", "created_at", "revision")
SELECT "tenant", "hash", "size", "pieces", "created_at", "revision" FROM "blobs_after";
DROP TABLE "blobs_after";
`,
};
