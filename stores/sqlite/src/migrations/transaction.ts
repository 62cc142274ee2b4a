import type { SchemaDatabase } from "./schema-database.ts";

/** Runs writes that happen all or not at all. */
export function writeTogether<Result>(database: SchemaDatabase, write: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = write();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Runs reads that see one state of the file. */
export function readTogether<Result>(database: SchemaDatabase, read: () => Result): Result {
  database.exec("BEGIN");
  try {
    return read();
  } finally {
    // Nothing was written, and in a damaged file a commit of nothing can fail.
    rollBack(database);
  }
}

/** A full disk ends a transaction by itself; then there is none to roll back, and the first error is the one to tell. */
function rollBack(database: SchemaDatabase): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    return;
  }
}
