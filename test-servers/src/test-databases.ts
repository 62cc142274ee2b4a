import { randomBytes } from "node:crypto";
import { inject } from "vitest";

/** Nobody answers here. Tests that need a missing server are skipped, but their files are still loaded. */
const nowhere = "127.0.0.1:1";

/** The address of the run's PostgreSQL, for tests of a project that has one. */
export function testPostgresUrl(): string {
  const server = inject("postgres");
  return "url" in server ? server.url : `postgres://${nowhere}/missing`;
}

/** The name of a schema that no other test has. The test makes it, and drops it where the server is not the run's own. */
export function testPostgresSchema(): string {
  return freshName();
}

/** The address of the run's MongoDB, for tests of a project that has one. */
export function testMongodbUrl(): string {
  const server = inject("mongodb");
  return "url" in server ? server.url : `mongodb://${nowhere}/`;
}

/** The name of a database that no other test has. The test drops it. */
export function testMongodbDatabase(): string {
  return freshName();
}

function freshName(): string {
  return `test_${randomBytes(8).toString("hex")}`;
}
