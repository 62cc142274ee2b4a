import type { Migration } from "@throughline/store-sql";
import { initial } from "./0001-initial.ts";
import { wholeSessions } from "./0002-whole-sessions.ts";
import { carriedRecords } from "./0003-carried-records.ts";

/** Every step of the schema, oldest first. */
export const migrations: readonly Migration[] = [initial, wholeSessions, carriedRecords];

/** The schema version that this code works with. */
export const latestVersion: number = migrations.length;
