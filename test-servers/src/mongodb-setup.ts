import type { TestProject } from "vitest/node";
import { provideServer } from "./run-server.ts";
import { startMongodb } from "./start-mongodb.ts";

/** The MongoDB of a test run: the one that `TEST_MONGODB_URL` names, or one that is started for the run. */
export function setup(project: TestProject): Promise<() => Promise<void>> {
  return provideServer(project, "mongodb", "MongoDB", async () => {
    const given = process.env["TEST_MONGODB_URL"];
    if (given !== undefined && given !== "") {
      // Not parsed as a URL: it may name several hosts. What stands before the @ is secret.
      const hosts = given.replace(/^[a-z+]+:\/\/([^@/]*@)?/, "").replace(/\/.*$/, "");
      return { url: given, description: `MongoDB at ${hosts} (TEST_MONGODB_URL)` };
    }
    return startMongodb();
  });
}
