import type { Migration } from "@throughline/store-sql";

/** The first schema. `docs/schema.md` explains each table. */
export const initial: Migration = {
  version: 1,
  name: "initial",
  up: String.raw`
CREATE TABLE "store_info" (
  "name" TEXT PRIMARY KEY NOT NULL,
  "value" TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE "tenants" (
  "tenant" INTEGER PRIMARY KEY NOT NULL,
  "tenant_id" TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX "tenants_id" ON "tenants" ("tenant_id");

CREATE TABLE "session_rows" (
  "session_key" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "session_id" TEXT NOT NULL,
  "tenant" INTEGER NOT NULL,
  "user_id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "tool_id" TEXT NOT NULL,
  "profile_id" TEXT NOT NULL,
  "terminal_id" TEXT NOT NULL,
  "external_key" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "model" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "pinned" INTEGER NOT NULL,
  "tags" TEXT NOT NULL,
  "workspace_path" TEXT NOT NULL,
  "process_id" INTEGER NOT NULL,
  "parent_session_id" TEXT NOT NULL,
  "forked_at" INTEGER NOT NULL,
  "summary" TEXT NOT NULL,
  "context_size_bytes" INTEGER NOT NULL,
  "metadata" TEXT NOT NULL,
  "metrics" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "ended_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "hidden_at" INTEGER NOT NULL,
  "listed" INTEGER NOT NULL,
  "history" TEXT NOT NULL,
  "ancestors" TEXT NOT NULL,
  "forks" INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX "session_rows_id" ON "session_rows" ("session_id", "tenant");
CREATE UNIQUE INDEX "session_rows_external" ON "session_rows" ("tenant", "user_id", "tool_id", "external_key")
  WHERE "external_key" <> '' AND "hidden_at" = 0;
CREATE UNIQUE INDEX "session_rows_terminal" ON "session_rows" ("tenant", "user_id", "terminal_id")
  WHERE "terminal_id" <> '' AND "hidden_at" = 0;
CREATE INDEX "session_rows_created" ON "session_rows" ("tenant", "listed", "created_at", "session_id");
CREATE INDEX "session_rows_user" ON "session_rows" ("tenant", "user_id", "created_at", "session_id");
CREATE INDEX "session_rows_project" ON "session_rows" ("tenant", "project_id", "created_at", "session_id");
CREATE INDEX "session_rows_tool" ON "session_rows" ("tenant", "tool_id", "created_at", "session_id");
CREATE INDEX "session_rows_process" ON "session_rows" ("tenant", "process_id", "ended_at", "session_id");
CREATE INDEX "session_rows_parent" ON "session_rows" ("tenant", "parent_session_id", "created_at", "session_id");

CREATE TABLE "session_logs" (
  "session_key" INTEGER PRIMARY KEY NOT NULL,
  "shelf" INTEGER NOT NULL,
  "last_seq" INTEGER NOT NULL,
  "head_seq" INTEGER NOT NULL,
  "message_count" INTEGER NOT NULL,
  "token_count" INTEGER NOT NULL,
  "last_activity" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL
) STRICT;
CREATE INDEX "session_logs_activity" ON "session_logs" ("shelf", "last_activity");

CREATE TABLE "removed_sessions" (
  "session_key" INTEGER PRIMARY KEY NOT NULL,
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL
) STRICT;

CREATE TABLE "message_rows" (
  "message_key" INTEGER PRIMARY KEY NOT NULL,
  "session_key" INTEGER NOT NULL,
  "seq" INTEGER NOT NULL,
  "message_id" TEXT NOT NULL,
  "parent_seq" INTEGER NOT NULL,
  "role" TEXT NOT NULL,
  "content" TEXT NOT NULL,
  "content_format" TEXT NOT NULL,
  "token_count" INTEGER NOT NULL,
  "model" TEXT NOT NULL,
  "usage" TEXT NOT NULL,
  "cost" REAL,
  "metadata" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "removed_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  "native" TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX "message_rows_seq" ON "message_rows" ("session_key", "seq");
CREATE UNIQUE INDEX "message_rows_id" ON "message_rows" ("message_id", "session_key");

CREATE TABLE "branches" (
  "session_key" INTEGER NOT NULL,
  "seq" INTEGER NOT NULL,
  "parent_seq" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("session_key", "seq")
) STRICT, WITHOUT ROWID;

CREATE TABLE "state" (
  "tenant" INTEGER NOT NULL,
  "scope" TEXT NOT NULL,
  "collection" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  "metadata" TEXT NOT NULL,
  "count" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "scope", "collection", "key")
) STRICT, WITHOUT ROWID;
CREATE INDEX "state_collection" ON "state" ("tenant", "collection", "key", "scope");

CREATE TABLE "blobs" (
  "tenant" INTEGER NOT NULL,
  "hash" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "pieces" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "hash")
) STRICT, WITHOUT ROWID;

CREATE TABLE "blob_pieces" (
  "tenant" INTEGER NOT NULL,
  "hash" TEXT NOT NULL,
  "piece" INTEGER NOT NULL,
  "bytes" BLOB NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "hash", "piece")
) STRICT;

CREATE TABLE "sources" (
  "tenant" INTEGER NOT NULL,
  "source_id" TEXT NOT NULL,
  "tool_id" TEXT NOT NULL,
  "path" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "first_line_hash" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "source_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "sources_tool" ON "sources" ("tenant", "tool_id", "created_at", "source_id");

CREATE TABLE "source_chunks" (
  "tenant" INTEGER NOT NULL,
  "source_id" TEXT NOT NULL,
  "offset" INTEGER NOT NULL,
  "size" INTEGER NOT NULL,
  "encoding" TEXT NOT NULL,
  "bytes" BLOB NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "source_id", "offset")
) STRICT;

CREATE TABLE "removed_keys" (
  "tenant" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "revision" INTEGER NOT NULL,
  "removed_at" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "kind", "key")
) STRICT, WITHOUT ROWID;

CREATE TABLE "changes" (
  "position" INTEGER PRIMARY KEY NOT NULL,
  "tenant" INTEGER NOT NULL,
  "at" INTEGER NOT NULL,
  "user_id" TEXT NOT NULL,
  "session_key" INTEGER,
  "first_seq" INTEGER,
  "message_count" INTEGER,
  "entries" TEXT
) STRICT;

CREATE TABLE "operations" (
  "tenant" INTEGER NOT NULL,
  "operation_id" TEXT NOT NULL,
  "at" INTEGER NOT NULL,
  "fingerprint" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "session_key" INTEGER,
  "first_seq" INTEGER,
  "message_count" INTEGER,
  "results" TEXT,
  PRIMARY KEY ("tenant", "operation_id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "search_progress" (
  "index_name" TEXT PRIMARY KEY NOT NULL,
  "position" INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE "search_index" USING fts5(
  words, whole, scope,
  content='', contentless_delete=1, tokenize="ascii tokenchars '_-./\:@#'"
);

CREATE VIEW "sessions" AS
SELECT s."session_id", t."tenant_id", s."user_id", s."project_id", s."tool_id", s."profile_id", s."terminal_id",
  s."external_key", s."title", s."model", s."status", s."pinned", s."tags", s."workspace_path", s."process_id",
  s."parent_session_id", s."forked_at", s."summary", l."message_count", l."token_count", s."context_size_bytes",
  s."metadata", s."metrics", s."created_at", l."updated_at", l."last_activity", s."ended_at", s."expires_at",
  l."revision", l."head_seq", l."last_seq", s."hidden_at", s."listed", s."history", s."ancestors", s."forks",
  s."session_key"
FROM "session_rows" s
JOIN "session_logs" l ON l."session_key" = s."session_key"
JOIN "tenants" t ON t."tenant" = s."tenant";

CREATE VIEW "messages" AS
SELECT m."message_id", t."tenant_id", s."session_id", m."seq", m."parent_seq", m."role", m."content",
  m."content_format", m."token_count", m."model", m."usage", m."cost", m."metadata", m."native", m."created_at",
  m."updated_at", m."removed_at", m."revision", m."session_key", m."message_key"
FROM "message_rows" m
JOIN "session_rows" s ON s."session_key" = m."session_key"
JOIN "tenants" t ON t."tenant" = s."tenant";

CREATE VIEW "feed" AS
SELECT c."position", t."tenant_id", c."at", c."user_id",
  CAST(coalesce(s."session_id", r."session_id") AS TEXT) AS "session_id", c."first_seq", c."message_count", c."entries"
FROM "changes" c
JOIN "tenants" t ON t."tenant" = c."tenant"
LEFT JOIN "session_rows" s ON s."session_key" = c."session_key"
LEFT JOIN "removed_sessions" r ON r."session_key" = c."session_key";

INSERT INTO "store_info" ("name", "value") VALUES ('incarnation', lower(hex(randomblob(16)))), ('feed_floor', '0');
INSERT INTO "search_progress" ("index_name", "position") VALUES ('search_index', 0);
`,
  down: `
DROP VIEW "feed";
DROP VIEW "messages";
DROP VIEW "sessions";
DROP TABLE "search_index";
DROP TABLE "search_progress";
DROP TABLE "operations";
DROP TABLE "changes";
DROP TABLE "removed_keys";
DROP TABLE "source_chunks";
DROP TABLE "sources";
DROP TABLE "blob_pieces";
DROP TABLE "blobs";
DROP TABLE "state";
DROP TABLE "branches";
DROP TABLE "message_rows";
DROP TABLE "removed_sessions";
DROP TABLE "session_logs";
DROP TABLE "session_rows";
DROP TABLE "tenants";
DROP TABLE "store_info";
`,
};
