import type { TestProject } from "vitest/node";
import { MissingServerError } from "./missing-server.ts";
import { provideServer } from "./run-server.ts";

/** The MongoDB of a test run. */
export function setup(project: TestProject): Promise<() => Promise<void>> {
  return provideServer(project, "mongodb", "MongoDB", () =>
    Promise.reject(new MissingServerError("a MongoDB server")),
  );
}
