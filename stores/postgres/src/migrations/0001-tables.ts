/**
 * The tables of the first schema. Every key begins with the tenant. Text is compared by code point; JSON is text, so that
 * it comes back byte for byte. Times are milliseconds since the epoch; absent text is '' and absent numbers are 0.
 */
export const tables = `
CREATE TABLE "throughline"."store_info" (
  "name" text COLLATE "C" PRIMARY KEY NOT NULL,
  "value" text COLLATE "C" NOT NULL
);

CREATE TABLE "throughline"."session_rows" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "user_id" text COLLATE "C" NOT NULL,
  "project_id" text COLLATE "C" NOT NULL,
  "tool_id" text COLLATE "C" NOT NULL,
  "profile_id" text COLLATE "C" NOT NULL,
  "terminal_id" text COLLATE "C" NOT NULL,
  "external_key" text COLLATE "C" NOT NULL,
  "title" text COLLATE "C" NOT NULL,
  "model" text COLLATE "C" NOT NULL,
  "status" text COLLATE "C" NOT NULL,
  "pinned" boolean NOT NULL,
  "tags" text COLLATE "C" NOT NULL,
  "workspace_path" text COLLATE "C" NOT NULL,
  "process_id" bigint NOT NULL,
  "parent_session_id" text COLLATE "C" NOT NULL,
  "forked_at" bigint NOT NULL,
  "summary" text COLLATE "C" NOT NULL,
  "context_size_bytes" bigint NOT NULL,
  "metadata" text COLLATE "C" NOT NULL,
  "metrics" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "ended_at" bigint NOT NULL,
  "expires_at" bigint NOT NULL,
  "hidden_at" bigint NOT NULL,
  "listed" boolean NOT NULL,
  "history" text COLLATE "C" NOT NULL,
  "ancestors" text COLLATE "C" NOT NULL,
  "forks" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id")
);
CREATE UNIQUE INDEX "session_rows_external" ON "throughline"."session_rows"
  ("tenant_id", "user_id", "tool_id", "external_key") WHERE "external_key" <> '' AND "hidden_at" = 0;
CREATE UNIQUE INDEX "session_rows_terminal" ON "throughline"."session_rows"
  ("tenant_id", "user_id", "terminal_id") WHERE "terminal_id" <> '' AND "hidden_at" = 0;
CREATE INDEX "session_rows_created" ON "throughline"."session_rows" ("tenant_id", "listed", "created_at", "session_id");
CREATE INDEX "session_rows_user" ON "throughline"."session_rows" ("tenant_id", "user_id", "created_at", "session_id");
CREATE INDEX "session_rows_project" ON "throughline"."session_rows" ("tenant_id", "project_id", "created_at", "session_id");
CREATE INDEX "session_rows_tool" ON "throughline"."session_rows" ("tenant_id", "tool_id", "created_at", "session_id");
CREATE INDEX "session_rows_process" ON "throughline"."session_rows" ("tenant_id", "process_id", "ended_at", "session_id");
CREATE INDEX "session_rows_parent" ON "throughline"."session_rows"
  ("tenant_id", "parent_session_id", "created_at", "session_id");

CREATE TABLE "throughline"."session_logs" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "listed" boolean NOT NULL,
  "last_seq" bigint NOT NULL,
  "head_seq" bigint NOT NULL,
  "message_count" bigint NOT NULL,
  "token_count" bigint NOT NULL,
  "last_activity" bigint NOT NULL,
  "updated_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id")
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX "session_logs_activity" ON "throughline"."session_logs"
  ("tenant_id", "listed", "last_activity", "session_id");

CREATE TABLE "throughline"."messages" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "seq" bigint NOT NULL,
  "message_id" text COLLATE "C" NOT NULL,
  "parent_seq" bigint NOT NULL,
  "role" text COLLATE "C" NOT NULL,
  "content" text COLLATE "C" NOT NULL,
  "content_format" text COLLATE "C" NOT NULL,
  "token_count" bigint NOT NULL,
  "model" text COLLATE "C" NOT NULL,
  "usage" text COLLATE "C" NOT NULL,
  "cost" double precision,
  "metadata" text COLLATE "C" NOT NULL,
  "native" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "updated_at" bigint NOT NULL,
  "removed_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "seq")
);
CREATE UNIQUE INDEX "messages_id" ON "throughline"."messages" ("tenant_id", "session_id", "message_id");

CREATE TABLE "throughline"."branches" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "seq" bigint NOT NULL,
  "parent_seq" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "seq")
);

CREATE TABLE "throughline"."state" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "scope" text COLLATE "C" NOT NULL,
  "collection" text COLLATE "C" NOT NULL,
  "key" text COLLATE "C" NOT NULL,
  "value" text COLLATE "C" NOT NULL,
  "metadata" text COLLATE "C" NOT NULL,
  "count" bigint NOT NULL,
  "updated_at" bigint NOT NULL,
  "expires_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "scope", "collection", "key")
);
CREATE INDEX "state_collection" ON "throughline"."state" ("tenant_id", "collection", "key", "scope");

CREATE TABLE "throughline"."blobs" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "hash" text COLLATE "C" NOT NULL,
  "size" bigint NOT NULL,
  "pieces" bigint NOT NULL,
  "created_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "hash")
);

CREATE TABLE "throughline"."blob_pieces" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "hash" text COLLATE "C" NOT NULL,
  "piece" bigint NOT NULL,
  "bytes" bytea NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "hash", "piece")
);

CREATE TABLE "throughline"."sources" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "source_id" text COLLATE "C" NOT NULL,
  "tool_id" text COLLATE "C" NOT NULL,
  "path" text COLLATE "C" NOT NULL,
  "size" bigint NOT NULL,
  "first_line_hash" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "updated_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "source_id")
);
CREATE INDEX "sources_tool" ON "throughline"."sources" ("tenant_id", "tool_id", "created_at", "source_id");

CREATE TABLE "throughline"."source_chunks" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "source_id" text COLLATE "C" NOT NULL,
  "offset" bigint NOT NULL,
  "size" bigint NOT NULL,
  "encoding" text COLLATE "C" NOT NULL,
  "bytes" bytea NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "source_id", "offset")
);

CREATE TABLE "throughline"."removed_keys" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "kind" text COLLATE "C" NOT NULL,
  "key" text COLLATE "C" NOT NULL,
  "revision" bigint NOT NULL,
  "removed_at" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "kind", "key")
);

CREATE SEQUENCE "throughline"."positions" AS bigint;

CREATE TABLE "throughline"."changes" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "position" bigint NOT NULL,
  "at" bigint NOT NULL,
  "user_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C",
  "first_seq" bigint,
  "message_count" bigint,
  "entries" text COLLATE "C",
  PRIMARY KEY ("tenant_id", "position")
);

CREATE TABLE "throughline"."feed_floors" (
  "tenant_id" text COLLATE "C" PRIMARY KEY NOT NULL,
  "position" bigint NOT NULL
);

CREATE TABLE "throughline"."operations" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "operation_id" text COLLATE "C" NOT NULL,
  "at" bigint NOT NULL,
  "fingerprint" text COLLATE "C" NOT NULL,
  "position" bigint NOT NULL,
  "session_id" text COLLATE "C",
  "first_seq" bigint,
  "message_ids" text[] COLLATE "C",
  "results" text COLLATE "C",
  PRIMARY KEY ("tenant_id", "operation_id")
);

CREATE TABLE "throughline"."search_index" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "seq" bigint NOT NULL,
  "slice" bigint NOT NULL,
  "slices" bigint NOT NULL,
  "role" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "length" bigint NOT NULL,
  "words" tsvector NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "seq", "slice")
);
CREATE INDEX "search_index_words" ON "throughline"."search_index" USING gin ("words")
  WITH (gin_pending_list_limit = 1024) WHERE "slices" = 1;
CREATE INDEX "search_index_sliced" ON "throughline"."search_index" USING gin ("words") WHERE "slices" > 1;

CREATE TABLE "throughline"."search_progress" (
  "tenant_id" text COLLATE "C" PRIMARY KEY NOT NULL,
  "version" text COLLATE "C" NOT NULL,
  "position" bigint NOT NULL,
  "built_session" text COLLATE "C",
  "built_seq" bigint
);

CREATE VIEW "throughline"."sessions" AS
SELECT s."tenant_id", s."session_id", s."user_id", s."project_id", s."tool_id", s."profile_id", s."terminal_id",
  s."external_key", s."title", s."model", s."status", s."pinned", s."tags", s."workspace_path", s."process_id",
  s."parent_session_id", s."forked_at", s."summary", l."message_count", l."token_count", s."context_size_bytes",
  s."metadata", s."metrics", s."created_at", l."updated_at", l."last_activity", s."ended_at", s."expires_at",
  l."revision", l."head_seq", l."last_seq", s."hidden_at", s."listed", s."history", s."ancestors", s."forks"
FROM "throughline"."session_rows" s
JOIN "throughline"."session_logs" l ON l."tenant_id" = s."tenant_id" AND l."session_id" = s."session_id";

CREATE VIEW "throughline"."transcripts" AS
SELECT s."tenant_id", s."session_id", s."title", m."seq", m."parent_seq",
  to_timestamp(m."created_at" / 1000.0) AS "created", m."role", m."content"
FROM "throughline"."messages" m
JOIN "throughline"."session_rows" s ON s."tenant_id" = m."tenant_id" AND s."session_id" = m."session_id"
WHERE m."removed_at" = 0 AND s."hidden_at" = 0;

INSERT INTO "throughline"."store_info" ("name", "value") VALUES ('incarnation', replace(gen_random_uuid()::text, '-', ''));
`;
