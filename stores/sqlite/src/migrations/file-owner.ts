import { ThroughlineError } from "@throughline/core";
import { latestVersion } from "./migrations.ts";
import { type SchemaDatabase, readNumber } from "./schema-database.ts";

/** `PRAGMA application_id` of our files: "Thrl". */
export const applicationId = 0x5468726c;

/**
 * The schema version of a file; 0 for an empty one. Only reads, so that nothing of a foreign file is changed: call it
 * before pragmas that write, such as the journal mode.
 *
 * @throws ThroughlineError `unavailable`: `not_a_throughline_database`, or `newer_schema`.
 */
export function readVersion(database: SchemaDatabase): number {
  const owner = readNumber(database, "PRAGMA application_id");
  const version = readNumber(database, "PRAGMA user_version");
  if (owner !== applicationId && (owner !== 0 || version !== 0 || hasTables(database))) {
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

function hasTables(database: SchemaDatabase): boolean {
  return (
    readNumber(database, "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'") >
    0
  );
}
