import { type Kind, ThroughlineError, productKinds } from "@throughline/core";
import { retryFairly } from "../fair-retry.ts";
import { applicationId, readVersion } from "./file-owner.ts";
import { writeTogether } from "./transaction.ts";
import { kindTable } from "./kind-table.ts";
import { latestVersion, migrations } from "./migrations.ts";
import { type SchemaDatabase, readNumber, readRows } from "./schema-database.ts";

export interface MigrateOptions {
  /** The version to go to, up or down; going down loses what older versions have no place for. Default: the latest. */
  readonly to?: number;
  /** Kinds beside the product's: a table is made for each that has none. Default: none. */
  readonly kinds?: readonly Kind[];
  /** How long to wait each time that another process has locked the file, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
}

/**
 * Brings a database to a schema version. Each version is one transaction, which sets `user_version` too: a process
 * that is killed leaves one or the other, and of several that start at once each step is carried out by one. When there
 * is nothing to do, nothing is written.
 *
 * @throws ThroughlineError `unavailable`: `not_a_throughline_database`, `newer_schema`, or `locked` when another process
 * holds the file for longer than `timeoutMs`; `invalid`: `kind_changed` when a table of a kind's name is not the kind's.
 */
export async function migrate(database: SchemaDatabase, options: MigrateOptions = {}): Promise<void> {
  const { to = latestVersion, kinds = [], timeoutMs } = options;
  if (!Number.isSafeInteger(to) || to < 0 || to > latestVersion) {
    throw new ThroughlineError(
      "invalid",
      `There is no schema version ${to}: the latest is ${latestVersion}.`,
      {
        reason: "schema_version",
        details: { to, latest: latestVersion },
      },
    );
  }
  let version = await retryFairly(() => readVersion(database), timeoutMs);
  while (version !== to) version = await retryFairly(() => step(database, to), timeoutMs);
  const own = kinds.filter((kind) => !productKinds.some(({ name }) => name === kind.name));
  if (to === 0 || own.length === 0) return;
  const missing = await retryFairly(() => missingTables(database, own), timeoutMs);
  if (missing.length > 0)
    await retryFairly(() => writeTogether(database, () => createTables(database, own)), timeoutMs);
}

/** One version nearer to `to`, from wherever another process may have brought it; answers the version then. */
function step(database: SchemaDatabase, to: number): number {
  return writeTogether(database, () => {
    const version = readVersion(database);
    if (version === to) return version;
    const next = version < to ? version + 1 : version - 1;
    const migration = migrations[Math.max(version, next) - 1];
    if (migration === undefined) throw new RangeError(`There is no migration ${Math.max(version, next)}`);
    database.exec(version < to ? migration.up : migration.down);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${next}`);
    return next;
  });
}

function createTables(database: SchemaDatabase, kinds: readonly Kind[]): void {
  for (const kind of missingTables(database, kinds)) {
    const { create, indexes } = kindTable(kind);
    database.exec([create, ...indexes.map((index) => index.create)].join(";\n"));
  }
}

/** The kinds that have no table yet; refuses a table that is not as its kind says. */
function missingTables(database: SchemaDatabase, kinds: readonly Kind[]): Kind[] {
  return kinds.filter((kind) => {
    const { table, create, indexes } = kindTable(kind);
    const found = readRows(database, "SELECT sql FROM sqlite_schema WHERE name = ?", table)[0]?.[0];
    if (found === undefined) return true;
    const count = readNumber(
      database,
      "SELECT count(*) FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL",
      table,
    );
    if (found === create && count === 1 + indexes.length) return false;
    throw new ThroughlineError(
      "invalid",
      `The table ${table} of this database is not that of the kind ${table}.`,
      {
        reason: "kind_changed",
        details: { kind: table },
      },
    );
  });
}
