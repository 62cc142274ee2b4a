import type { Migration } from "@throughline/store-sql";

/**
 * What sessions carry beside their messages: context and checkpoints, resources, memories, and what tools keep. New
 * tables only.
 */
export const carriedRecords: Migration = {
  version: 3,
  name: "carried-records",
  up: `
CREATE TABLE "throughline"."projects" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "project_id" text COLLATE "C" NOT NULL,
  "name" text COLLATE "C" NOT NULL,
  "repository" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "project_id")
);
CREATE UNIQUE INDEX "projects_repository" ON "throughline"."projects" ("tenant_id", "repository")
  WHERE "repository" <> '';
CREATE INDEX "projects_created" ON "throughline"."projects" ("tenant_id", "created_at", "project_id");

CREATE TABLE "throughline"."context_entries" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "kind" text COLLATE "C" NOT NULL,
  "entry_id" text COLLATE "C" NOT NULL,
  "text" text COLLATE "C" NOT NULL,
  "memory_id" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "kind", "entry_id")
);
CREATE INDEX "context_entries_time" ON "throughline"."context_entries" ("tenant_id", "session_id", "kind", "created_at", "entry_id");

CREATE TABLE "throughline"."session_contexts" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "workspace" text COLLATE "C",
  "files" bigint NOT NULL,
  "searches" bigint NOT NULL,
  "decisions" bigint NOT NULL,
  "memories" bigint NOT NULL,
  "size_bytes" bigint NOT NULL,
  "loose_bytes" bigint NOT NULL,
  "last_segment" bigint NOT NULL,
  "created_at" bigint NOT NULL,
  "updated_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id")
);

CREATE TABLE "throughline"."context_segments" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "kind" text COLLATE "C" NOT NULL,
  "segment" bigint NOT NULL,
  "entries" bigint NOT NULL,
  "size_bytes" bigint NOT NULL,
  "first_at" bigint NOT NULL,
  "last_at" bigint NOT NULL,
  "packed" bytea NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "kind", "segment")
);

CREATE TABLE "throughline"."checkpoints" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "name" text COLLATE "C" NOT NULL,
  "context" text COLLATE "C" NOT NULL,
  "state" text COLLATE "C" NOT NULL,
  "size_bytes" bigint NOT NULL,
  "created_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "name")
);
CREATE INDEX "checkpoints_created" ON "throughline"."checkpoints" ("tenant_id", "session_id", "created_at", "name");
CREATE INDEX "checkpoints_stale" ON "throughline"."checkpoints" ("tenant_id", "created_at", "session_id", "name");

CREATE TABLE "throughline"."resources" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "resource_id" text COLLATE "C" NOT NULL,
  "project_id" text COLLATE "C" NOT NULL,
  "path" text COLLATE "C" NOT NULL,
  "path_key" text COLLATE "C" NOT NULL,
  "type" text COLLATE "C" NOT NULL,
  "size" bigint,
  "token_count" bigint,
  "token_counts" text COLLATE "C" NOT NULL,
  "content_hash" text COLLATE "C" NOT NULL,
  "access_count" bigint NOT NULL,
  "edit_count" bigint NOT NULL,
  "last_accessed" bigint NOT NULL,
  "last_edited" bigint NOT NULL,
  "modified_during_session" boolean NOT NULL,
  "importance" double precision,
  "created_at" bigint NOT NULL,
  "updated_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "resource_id")
);
CREATE UNIQUE INDEX "resources_path" ON "throughline"."resources" ("tenant_id", "project_id", "path_key")
  WHERE "path_key" <> '';
CREATE INDEX "resources_accessed" ON "throughline"."resources" ("tenant_id", "access_count", "resource_id");
CREATE INDEX "resources_recent" ON "throughline"."resources" ("tenant_id", "last_accessed", "resource_id");
CREATE INDEX "resources_projectAccessed" ON "throughline"."resources" ("tenant_id", "project_id", "access_count", "resource_id");
CREATE INDEX "resources_projectRecent" ON "throughline"."resources" ("tenant_id", "project_id", "last_accessed", "resource_id");

CREATE TABLE "throughline"."resource_access_logs" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "access_id" text COLLATE "C" NOT NULL,
  "resource_id" text COLLATE "C" NOT NULL,
  "path" text COLLATE "C" NOT NULL,
  "access_type" text COLLATE "C" NOT NULL,
  "importance" double precision,
  "accessed_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "access_id")
);
CREATE INDEX "resource_access_logs_time" ON "throughline"."resource_access_logs" ("tenant_id", "session_id", "accessed_at", "access_id");
CREATE INDEX "resource_access_logs_resource" ON "throughline"."resource_access_logs" ("tenant_id", "resource_id", "accessed_at", "session_id", "access_id");

CREATE TABLE "throughline"."session_resources" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "resource_id" text COLLATE "C" NOT NULL,
  "path" text COLLATE "C" NOT NULL,
  "importance_score" double precision,
  "included_in_context" boolean NOT NULL,
  "modified" boolean NOT NULL,
  "access_count" bigint NOT NULL,
  "last_accessed" bigint NOT NULL,
  "kept_hash" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "resource_id")
);
CREATE INDEX "session_resources_resource" ON "throughline"."session_resources" ("tenant_id", "resource_id", "session_id");
CREATE INDEX "session_resources_accessed" ON "throughline"."session_resources" ("tenant_id", "session_id", "last_accessed", "resource_id");

CREATE TABLE "throughline"."resource_dependencies" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "resource_id" text COLLATE "C" NOT NULL,
  "project_id" text COLLATE "C" NOT NULL,
  "target_path" text COLLATE "C" NOT NULL,
  "target_key" text COLLATE "C" NOT NULL,
  "kind" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "resource_id", "target_key")
);
CREATE INDEX "resource_dependencies_target" ON "throughline"."resource_dependencies" ("tenant_id", "project_id", "target_key", "resource_id");

CREATE TABLE "throughline"."project_memories" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "memory_id" text COLLATE "C" NOT NULL,
  "scope" text COLLATE "C" NOT NULL,
  "project_id" text COLLATE "C" NOT NULL,
  "user_id" text COLLATE "C" NOT NULL,
  "memory_key" text COLLATE "C" NOT NULL,
  "memory_value" text COLLATE "C" NOT NULL,
  "value_format" text COLLATE "C" NOT NULL,
  "size" bigint NOT NULL,
  "metadata" text COLLATE "C" NOT NULL,
  "provenance" text COLLATE "C" NOT NULL,
  "version" bigint NOT NULL,
  "superseded_key" text COLLATE "C" NOT NULL,
  "superseded_by" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "updated_at" bigint NOT NULL,
  "last_accessed" bigint NOT NULL,
  "accessed_count" bigint NOT NULL,
  "ttl_seconds" bigint NOT NULL,
  "expires_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "memory_id")
);
CREATE UNIQUE INDEX "project_memories_key" ON "throughline"."project_memories" ("tenant_id", "scope", "project_id", "user_id", "session_id", "memory_key")
  WHERE "memory_key" <> '';
CREATE INDEX "project_memories_id" ON "throughline"."project_memories" ("tenant_id", "memory_id", "session_id");
CREATE INDEX "project_memories_accessed" ON "throughline"."project_memories" ("tenant_id", "scope", "project_id", "user_id", "session_id", "last_accessed", "memory_id");
CREATE INDEX "project_memories_stale" ON "throughline"."project_memories" ("tenant_id", "last_accessed", "session_id", "memory_id");

CREATE TABLE "throughline"."memory_versions" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "memory_id" text COLLATE "C" NOT NULL,
  "version" bigint NOT NULL,
  "memory_value" text COLLATE "C" NOT NULL,
  "value_format" text COLLATE "C" NOT NULL,
  "size" bigint NOT NULL,
  "metadata" text COLLATE "C" NOT NULL,
  "provenance" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "restored" bigint NOT NULL,
  "supersedes" text COLLATE "C" NOT NULL,
  "expires_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "memory_id", "version")
);
CREATE INDEX "memory_versions_expiry" ON "throughline"."memory_versions" ("tenant_id", "expires_at", "session_id", "memory_id", "version");

CREATE TABLE "throughline"."working_memories" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "user_id" text COLLATE "C" NOT NULL,
  "field" text COLLATE "C" NOT NULL,
  "value" text COLLATE "C" NOT NULL,
  "updated_at" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "user_id", "field")
);
CREATE INDEX "working_memories_stale" ON "throughline"."working_memories" ("tenant_id", "updated_at", "session_id", "user_id", "field");

CREATE TABLE "throughline"."tool_sessions" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "session_id" text COLLATE "C" NOT NULL,
  "tool_name" text COLLATE "C" NOT NULL,
  "tool_key" text COLLATE "C" NOT NULL,
  "tool_session_id" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "last_accessed" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "session_id", "tool_name", "tool_key")
);
CREATE INDEX "tool_sessions_accessed" ON "throughline"."tool_sessions" ("tenant_id", "last_accessed", "session_id", "tool_name", "tool_key");

CREATE TABLE "throughline"."repo_cache" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "resource_key" text COLLATE "C" NOT NULL,
  "url" text COLLATE "C" NOT NULL,
  "ref" text COLLATE "C" NOT NULL,
  "search_path" text COLLATE "C" NOT NULL,
  "local_path" text COLLATE "C" NOT NULL,
  "commit" text COLLATE "C" NOT NULL,
  "cloned_at" bigint NOT NULL,
  "last_updated" bigint NOT NULL,
  "last_accessed" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "resource_key")
);
CREATE INDEX "repo_cache_updated" ON "throughline"."repo_cache" ("tenant_id", "last_updated", "resource_key");
CREATE INDEX "repo_cache_accessed" ON "throughline"."repo_cache" ("tenant_id", "last_accessed", "resource_key");

CREATE TABLE "throughline"."command_usage" (
  "tenant_id" text COLLATE "C" NOT NULL,
  "user_id" text COLLATE "C" NOT NULL,
  "command" text COLLATE "C" NOT NULL,
  "usage_count" bigint NOT NULL,
  "last_used" bigint NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("tenant_id", "user_id", "command")
);
CREATE INDEX "command_usage_count" ON "throughline"."command_usage" ("tenant_id", "user_id", "usage_count", "command");
CREATE INDEX "command_usage_recent" ON "throughline"."command_usage" ("tenant_id", "user_id", "last_used", "command");
CREATE INDEX "command_usage_stale" ON "throughline"."command_usage" ("tenant_id", "last_used", "user_id", "command");
`,
  down: `
DROP TABLE "throughline"."command_usage";
DROP TABLE "throughline"."repo_cache";
DROP TABLE "throughline"."tool_sessions";
DROP TABLE "throughline"."working_memories";
DROP TABLE "throughline"."memory_versions";
DROP TABLE "throughline"."project_memories";
DROP TABLE "throughline"."resource_dependencies";
DROP TABLE "throughline"."session_resources";
DROP TABLE "throughline"."resource_access_logs";
DROP TABLE "throughline"."resources";
DROP TABLE "throughline"."checkpoints";
DROP TABLE "throughline"."context_segments";
DROP TABLE "throughline"."session_contexts";
DROP TABLE "throughline"."context_entries";
DROP TABLE "throughline"."projects";
`,
};
