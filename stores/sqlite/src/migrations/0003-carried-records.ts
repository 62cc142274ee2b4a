import type { Migration } from "@throughline/store-sql";

/**
 * What sessions carry beside their messages: context and checkpoints, resources, memories, and what tools keep. New
 * tables only.
 */
export const carriedRecords: Migration = {
  version: 3,
  name: "carried-records",
  up: `
CREATE TABLE "projects" (
  "tenant" INTEGER NOT NULL,
  "project_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "repository" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "project_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "projects_repository" ON "projects" ("tenant", "repository")
  WHERE "repository" <> '';
CREATE INDEX "projects_created" ON "projects" ("tenant", "created_at", "project_id");

CREATE TABLE "context_entries" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "entry_id" TEXT NOT NULL,
  "text" TEXT NOT NULL,
  "memory_id" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "kind", "entry_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "context_entries_time" ON "context_entries" ("tenant", "session_id", "kind", "created_at", "entry_id");

CREATE TABLE "session_contexts" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "workspace" TEXT,
  "files" INTEGER NOT NULL,
  "searches" INTEGER NOT NULL,
  "decisions" INTEGER NOT NULL,
  "memories" INTEGER NOT NULL,
  "size_bytes" INTEGER NOT NULL,
  "loose_bytes" INTEGER NOT NULL,
  "last_segment" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "context_segments" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "segment" INTEGER NOT NULL,
  "entries" INTEGER NOT NULL,
  "size_bytes" INTEGER NOT NULL,
  "first_at" INTEGER NOT NULL,
  "last_at" INTEGER NOT NULL,
  "packed" BLOB NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "kind", "segment")
) STRICT;

CREATE TABLE "checkpoints" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "context" TEXT NOT NULL,
  "state" TEXT NOT NULL,
  "size_bytes" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "name")
) STRICT, WITHOUT ROWID;
CREATE INDEX "checkpoints_created" ON "checkpoints" ("tenant", "session_id", "created_at", "name");
CREATE INDEX "checkpoints_stale" ON "checkpoints" ("tenant", "created_at", "session_id", "name");

CREATE TABLE "resources" (
  "tenant" INTEGER NOT NULL,
  "resource_id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "path" TEXT NOT NULL,
  "path_key" TEXT NOT NULL,
  "type" TEXT NOT NULL,
  "size" INTEGER,
  "token_count" INTEGER,
  "token_counts" TEXT NOT NULL,
  "content_hash" TEXT NOT NULL,
  "access_count" INTEGER NOT NULL,
  "edit_count" INTEGER NOT NULL,
  "last_accessed" INTEGER NOT NULL,
  "last_edited" INTEGER NOT NULL,
  "modified_during_session" INTEGER NOT NULL,
  "importance" REAL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "resource_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "resources_path" ON "resources" ("tenant", "project_id", "path_key")
  WHERE "path_key" <> '';
CREATE INDEX "resources_accessed" ON "resources" ("tenant", "access_count", "resource_id");
CREATE INDEX "resources_recent" ON "resources" ("tenant", "last_accessed", "resource_id");
CREATE INDEX "resources_projectAccessed" ON "resources" ("tenant", "project_id", "access_count", "resource_id");
CREATE INDEX "resources_projectRecent" ON "resources" ("tenant", "project_id", "last_accessed", "resource_id");

CREATE TABLE "resource_access_logs" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "access_id" TEXT NOT NULL,
  "resource_id" TEXT NOT NULL,
  "path" TEXT NOT NULL,
  "access_type" TEXT NOT NULL,
  "importance" REAL,
  "accessed_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "access_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "resource_access_logs_time" ON "resource_access_logs" ("tenant", "session_id", "accessed_at", "access_id");
CREATE INDEX "resource_access_logs_resource" ON "resource_access_logs" ("tenant", "resource_id", "accessed_at", "session_id", "access_id");

CREATE TABLE "session_resources" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "resource_id" TEXT NOT NULL,
  "path" TEXT NOT NULL,
  "importance_score" REAL,
  "included_in_context" INTEGER NOT NULL,
  "modified" INTEGER NOT NULL,
  "access_count" INTEGER NOT NULL,
  "last_accessed" INTEGER NOT NULL,
  "kept_hash" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "resource_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "session_resources_resource" ON "session_resources" ("tenant", "resource_id", "session_id");
CREATE INDEX "session_resources_accessed" ON "session_resources" ("tenant", "session_id", "last_accessed", "resource_id");

CREATE TABLE "resource_dependencies" (
  "tenant" INTEGER NOT NULL,
  "resource_id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "target_path" TEXT NOT NULL,
  "target_key" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "resource_id", "target_key")
) STRICT, WITHOUT ROWID;
CREATE INDEX "resource_dependencies_target" ON "resource_dependencies" ("tenant", "project_id", "target_key", "resource_id");

CREATE TABLE "project_memories" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "memory_id" TEXT NOT NULL,
  "scope" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL,
  "memory_key" TEXT NOT NULL,
  "memory_value" TEXT NOT NULL,
  "value_format" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "metadata" TEXT NOT NULL,
  "provenance" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "superseded_key" TEXT NOT NULL,
  "superseded_by" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "last_accessed" INTEGER NOT NULL,
  "accessed_count" INTEGER NOT NULL,
  "ttl_seconds" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "memory_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "project_memories_key" ON "project_memories" ("tenant", "scope", "project_id", "user_id", "session_id", "memory_key")
  WHERE "memory_key" <> '';
CREATE INDEX "project_memories_id" ON "project_memories" ("tenant", "memory_id", "session_id");
CREATE INDEX "project_memories_accessed" ON "project_memories" ("tenant", "scope", "project_id", "user_id", "session_id", "last_accessed", "memory_id");
CREATE INDEX "project_memories_stale" ON "project_memories" ("tenant", "last_accessed", "session_id", "memory_id");

CREATE TABLE "memory_versions" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "memory_id" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "memory_value" TEXT NOT NULL,
  "value_format" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "metadata" TEXT NOT NULL,
  "provenance" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "restored" INTEGER NOT NULL,
  "supersedes" TEXT NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "memory_id", "version")
) STRICT, WITHOUT ROWID;
CREATE INDEX "memory_versions_expiry" ON "memory_versions" ("tenant", "expires_at", "session_id", "memory_id", "version");

CREATE TABLE "working_memories" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL,
  "field" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "user_id", "field")
) STRICT, WITHOUT ROWID;
CREATE INDEX "working_memories_stale" ON "working_memories" ("tenant", "updated_at", "session_id", "user_id", "field");

CREATE TABLE "tool_sessions" (
  "tenant" INTEGER NOT NULL,
  "session_id" TEXT NOT NULL,
  "tool_name" TEXT NOT NULL,
  "tool_key" TEXT NOT NULL,
  "tool_session_id" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "last_accessed" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "session_id", "tool_name", "tool_key")
) STRICT, WITHOUT ROWID;
CREATE INDEX "tool_sessions_accessed" ON "tool_sessions" ("tenant", "last_accessed", "session_id", "tool_name", "tool_key");

CREATE TABLE "repo_cache" (
  "tenant" INTEGER NOT NULL,
  "resource_key" TEXT NOT NULL,
  "url" TEXT NOT NULL,
  "ref" TEXT NOT NULL,
  "search_path" TEXT NOT NULL,
  "local_path" TEXT NOT NULL,
  "commit" TEXT NOT NULL,
  "cloned_at" INTEGER NOT NULL,
  "last_updated" INTEGER NOT NULL,
  "last_accessed" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "resource_key")
) STRICT, WITHOUT ROWID;
CREATE INDEX "repo_cache_updated" ON "repo_cache" ("tenant", "last_updated", "resource_key");
CREATE INDEX "repo_cache_accessed" ON "repo_cache" ("tenant", "last_accessed", "resource_key");

CREATE TABLE "command_usage" (
  "tenant" INTEGER NOT NULL,
  "user_id" TEXT NOT NULL,
  "command" TEXT NOT NULL,
  "usage_count" INTEGER NOT NULL,
  "last_used" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  PRIMARY KEY ("tenant", "user_id", "command")
) STRICT, WITHOUT ROWID;
CREATE INDEX "command_usage_count" ON "command_usage" ("tenant", "user_id", "usage_count", "command");
CREATE INDEX "command_usage_recent" ON "command_usage" ("tenant", "user_id", "last_used", "command");
CREATE INDEX "command_usage_stale" ON "command_usage" ("tenant", "last_used", "user_id", "command");
`,
  down: `
DROP TABLE "command_usage";
DROP TABLE "repo_cache";
DROP TABLE "tool_sessions";
DROP TABLE "working_memories";
DROP TABLE "memory_versions";
DROP TABLE "project_memories";
DROP TABLE "resource_dependencies";
DROP TABLE "session_resources";
DROP TABLE "resource_access_logs";
DROP TABLE "resources";
DROP TABLE "checkpoints";
DROP TABLE "context_segments";
DROP TABLE "session_contexts";
DROP TABLE "context_entries";
DROP TABLE "projects";
`,
};
