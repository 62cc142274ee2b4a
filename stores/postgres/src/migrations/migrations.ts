import type { Migration } from "@throughline/store-sql";
import { initial } from "./0001-initial.ts";

/** Every step of the schema, oldest first. */
export const migrations: readonly Migration[] = [initial];

/** The schema version that this code works with. */
export const latestVersion: number = migrations.length;
