/** Lists the databases that this run of the tests uses, each with its version and how it is reached. */
export function listTestDatabases(): string[] {
  return [`SQLite ${process.versions["sqlite"] ?? "of unknown version"} (node:sqlite)`];
}
