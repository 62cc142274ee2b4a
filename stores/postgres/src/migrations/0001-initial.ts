import type { Migration } from "@throughline/store-sql";
import { commitGroup } from "./0001-commit-group.ts";
import { tables } from "./0001-tables.ts";

/** The first schema. It is written for the schema `throughline`; another name takes its place when it is carried out. */
export const initial: Migration = {
  version: 1,
  name: "initial",
  up: `${tables}${commitGroup}`,
  down: `
DROP FUNCTION "throughline"."commit_group"(text, json, json[], boolean);
DROP FUNCTION "throughline"."lock_tenant"(text);
DROP VIEW "throughline"."transcripts";
DROP VIEW "throughline"."sessions";
DROP TABLE "throughline"."search_progress";
DROP TABLE "throughline"."search_index";
DROP TABLE "throughline"."operations";
DROP TABLE "throughline"."feed_floors";
DROP TABLE "throughline"."changes";
DROP SEQUENCE "throughline"."positions";
DROP TABLE "throughline"."removed_keys";
DROP TABLE "throughline"."source_chunks";
DROP TABLE "throughline"."sources";
DROP TABLE "throughline"."blob_pieces";
DROP TABLE "throughline"."blobs";
DROP TABLE "throughline"."state";
DROP TABLE "throughline"."branches";
DROP TABLE "throughline"."messages";
DROP TABLE "throughline"."session_logs";
DROP TABLE "throughline"."session_rows";
DROP TABLE "throughline"."store_info";
`,
};
