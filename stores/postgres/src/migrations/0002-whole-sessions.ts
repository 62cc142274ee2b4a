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
CREATE TABLE "throughline"."blobs_before" AS SELECT * FROM "throughline"."blobs";
DROP TABLE "throughline"."blobs";
CREATE TABLE "throughline"."blobs" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "hash" text COLLATE "C" NOT NULL,
  "size" bigint NOT NULL,
  "pieces" bigint NOT NULL,
  "encoding" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "touched_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "hash")
);
INSERT INTO "throughline"."blobs" ("tenant_id", "hash", "size", "pieces", "encoding", "created_at", "touched_at", "revision")
SELECT "tenant_id", "hash", "size", "pieces", '', "created_at", greatest("created_at", 1), "revision"
FROM "throughline"."blobs_before";
DROP TABLE "throughline"."blobs_before";

CREATE TABLE "throughline"."blob_references" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "hash" text COLLATE "C" NOT NULL,
  "owner_kind" text COLLATE "C" NOT NULL,
  "owner_id" text COLLATE "C" NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "hash", "owner_kind", "owner_id")
);
INSERT INTO "throughline"."blob_references" ("tenant_id", "session_id", "hash", "owner_kind", "owner_id", "revision")
SELECT "tenant_id", "session_id", "content", 'messages', "message_id", 1
FROM "throughline"."messages" WHERE "content_format" = 'blob'
UNION
SELECT "tenant_id", "session_id", substring("native" from '"blob":"([0-9a-f]{64})"[}]$'), 'messages', "message_id", 1
FROM "throughline"."messages" WHERE octet_length("native") < 10000 AND "native" ~ '^[{]"format".*"blob":"[0-9a-f]{64}"[}]$';
CREATE INDEX "blob_references_hash" ON "throughline"."blob_references"
  ("tenant_id", "hash", "session_id", "owner_kind", "owner_id");

CREATE TABLE "throughline"."chat_settings" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "allowed_tools" text COLLATE "C" NOT NULL,
  "permission_mode" text COLLATE "C" NOT NULL,
  "system_prompt" text COLLATE "C" NOT NULL,
  "model" text COLLATE "C" NOT NULL,
  "mcp_servers" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "updated_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id")
);

CREATE TABLE "throughline"."holds" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "reason" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id")
);

CREATE TABLE "throughline"."uploaded_files" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "file_id" text COLLATE "C" NOT NULL,
  "provider_name" text COLLATE "C" NOT NULL,
  "provider_uri" text COLLATE "C" NOT NULL,
  "display_name" text COLLATE "C" NOT NULL,
  "size" bigint NOT NULL,
  "mime_type" text COLLATE "C" NOT NULL,
  "uploaded_at" bigint NOT NULL,
  "expires_at" bigint NOT NULL,
  "metadata" text COLLATE "C" NOT NULL,
  "hash" text COLLATE "C" NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "file_id")
);
CREATE INDEX "uploaded_files_uploaded" ON "throughline"."uploaded_files"
  ("tenant_id", "uploaded_at", "file_id");
CREATE INDEX "uploaded_files_expiry" ON "throughline"."uploaded_files" ("tenant_id", "expires_at", "file_id");

CREATE TABLE "throughline"."api_keys" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "key_id" text COLLATE "C" NOT NULL,
  "prefix" text COLLATE "C" NOT NULL,
  "hash" text COLLATE "C" NOT NULL,
  "owner_tenant" text COLLATE "C" NOT NULL,
  "role" text COLLATE "C" NOT NULL,
  "name" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "last_used_at" bigint NOT NULL,
  "expires_at" bigint NOT NULL,
  "revoked_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "key_id")
);
CREATE UNIQUE INDEX "api_keys_hash" ON "throughline"."api_keys" ("tenant_id", "hash") WHERE "hash" <> '';
CREATE INDEX "api_keys_created" ON "throughline"."api_keys" ("tenant_id", "created_at", "key_id");

CREATE INDEX "session_rows_external_key" ON "throughline"."session_rows" ("tenant_id", "external_key") WHERE "external_key" <> '';
CREATE INDEX "session_rows_workspace" ON "throughline"."session_rows" ("tenant_id", "workspace_path") WHERE "workspace_path" <> '';
CREATE INDEX "session_rows_pinned" ON "throughline"."session_rows" ("tenant_id") WHERE "pinned";
CREATE INDEX "session_rows_status" ON "throughline"."session_rows" ("tenant_id", "status") WHERE "status" <> 'active';
`,
  down: `
DROP INDEX "throughline"."session_rows_status";
DROP INDEX "throughline"."session_rows_pinned";
DROP INDEX "throughline"."session_rows_workspace";
DROP INDEX "throughline"."session_rows_external_key";
DROP TABLE "throughline"."api_keys";
DROP TABLE "throughline"."uploaded_files";
DROP TABLE "throughline"."holds";
DROP TABLE "throughline"."chat_settings";
DROP TABLE "throughline"."blob_references";

CREATE TABLE "throughline"."blobs_before" AS SELECT * FROM "throughline"."blobs";
DROP TABLE "throughline"."blobs";
CREATE TABLE "throughline"."blobs" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "hash" text COLLATE "C" NOT NULL,
  "size" bigint NOT NULL,
  "pieces" bigint NOT NULL,
  "created_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "hash")
);
INSERT INTO "throughline"."blobs" ("tenant_id", "hash", "size", "pieces", "created_at", "revision")
SELECT "tenant_id", "hash", "size", "pieces", "created_at", "revision" FROM "throughline"."blobs_before";
DROP TABLE "throughline"."blobs_before";
`,
};
