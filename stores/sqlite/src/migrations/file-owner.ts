import { ThroughlineError } from "@throughline/core";
import { latestVersion } from "./migrations.ts";
import { type SchemaDatabase, readRows } from "./schema-database.ts";

/** `PRAGMA application_id` of our files: "Thrl". */
export const applicationId = 0x5468726c;

/** One statement, so that all is read as of one moment: another process may be migrating. */
const readOwner = `SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
  (SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\')`;

/**
 * The schema version of a file; 0 for an empty one. Only reads, so that nothing of a foreign file is changed: call it
 * before pragmas that write, such as the journal mode.
 *
 * @throws ThroughlineError `unavailable`: `not_a_throughline_database`, or `newer_schema`.
 */
export function readVersion(database: SchemaDatabase): number {
  const [owner = 0, version = 0, tables = 0] = (readRows(database, readOwner)[0] ?? []).map(Number);
  if (owner !== applicationId && (owner !== 0 || version !== 0 || tables !== 0)) {
    throw new ThroughlineError(
      "unavailable",
      "This SQLite database belongs to another program. Choose another file: a new one is made where none is.",
      { reason: "not_a_throughline_database", outcome: "refused", details: { applicationId: owner } },
    );
  }
  if (version > latestVersion) {
    throw new ThroughlineError(
      "unavailable",
      `This database has schema version ${version}; this release knows versions up to ${latestVersion}. ` +
        "Upgrade Throughline, or open the database with the release that last wrote it.",
      { reason: "newer_schema", outcome: "refused", details: { version, latest: latestVersion } },
    );
  }
  return version;
}

/** @throws ThroughlineError `unavailable`, reason `older_schema`: a file that is only read can't be brought up to date. */
export function requireLatest(version: number): void {
  if (version === latestVersion) return;
  throw new ThroughlineError(
    "unavailable",
    `This database has schema version ${version}, and is open for reading only. ` +
      `Open it for writing once: that brings it to version ${latestVersion}.`,
    { reason: "older_schema", outcome: "refused", details: { version, latest: latestVersion } },
  );
}
