import type { TestProject } from "vitest/node";
import { MissingServerError } from "./missing-server.ts";
import { findPostgres } from "./postgres-binaries.ts";
import { provideServer } from "./run-server.ts";
import { startPostgres } from "./start-postgres.ts";

/** A second major version of PostgreSQL, from the system's packages. */
export function setup(project: TestProject): Promise<() => Promise<void>> {
  return provideServer(project, "postgres", "oldest PostgreSQL", async () => {
    const newest = Number.parseInt(findPostgres("npm").version, 10);
    const oldest = Number.parseInt(findPostgres("system").version, 10);
    if (oldest === newest) {
      throw new MissingServerError(
        `a PostgreSQL of another major version than ${newest}, by the system's packages`,
      );
    }
    const { url, version, stop } = await startPostgres({ source: "system" });
    return { url, stop, description: `PostgreSQL ${version} (system)` };
  });
}
