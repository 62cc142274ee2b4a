import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import type { TestProjectInlineConfiguration } from "vitest/config";
import { LongestFirst } from "./scripts/longest-first.ts";
import { tallyReporter } from "./scripts/tally-reporter.ts";

/** The export condition under which the packages of the workspace resolve to their sources. */
const sourceCondition = "throughline-source";

/** A file of the package that finds and starts servers. */
function serverFile(name: string): string {
  return fileURLToPath(new URL(`test-servers/src/${name}`, import.meta.url));
}

/** Tests that need no server, and leave nothing behind in their process: to load the sources for each takes long. */
const code: TestProjectInlineConfiguration = {
  test: {
    name: "code",
    include: ["{core,conformance,importers,server,stores/{memory,sql,sqlite,indexeddb}}/src/**/*.test.ts"],
    isolate: false,
    globalSetup: [serverFile("programs-setup.ts")],
  },
};

/** Tests that need no server, and change their process: its environment, its exit code, what it watches. */
const program: TestProjectInlineConfiguration = {
  test: {
    name: "program",
    include: ["{cli,test-servers}/src/**/*.test.ts", "scripts/**/*.test.ts", "benchmarks/**/*.test.ts"],
    // The benchmarks install peers, which bring tests of their own.
    exclude: ["**/node_modules/**", "{cli,test-servers}/src/**/*.{postgres,mongodb}.test.ts"],
    globalSetup: [serverFile("programs-setup.ts")],
  },
};

/** Tests that need a server: it is found or started before the first of them, and once for all of a run. */
function projectWithServer(name: string, setup: string, include: string[]): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include,
      globalSetup: [serverFile("programs-setup.ts"), serverFile(setup)],
      // Skips the tests, with the reason, where the server is missing.
      runner: serverFile("skipping-runner.ts"),
    },
  };
}

/** A second major version is for those who check everything: the conformance suite takes its time. */
const oldestPostgres =
  process.env["CI"] === "true" || process.env["POSTGRES_OLDEST"] === "true"
    ? [
        projectWithServer("postgres-oldest", "oldest-postgres-setup.ts", [
          "stores/postgres/src/**/*.conformance.test.ts",
        ]),
      ]
    : [];

export default defineConfig({
  // A list of conditions replaces the default one, so the usual ones of Node stand here too.
  resolve: { conditions: [sourceCondition, "module", "node", "development|production"] },
  ssr: {
    resolve: {
      conditions: [sourceCondition, "module", "node", "development|production"],
      externalConditions: [sourceCondition, "node"],
    },
  },
  test: {
    // Processes, because tests open databases, kill writers and change the environment.
    pool: "forks",
    execArgv: [`--conditions=${sourceCondition}`],
    // One more than the machine has cores: many tests wait, for servers that are killed, silent or slow.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // Crash and property tests take long on a machine of two slow cores.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", tallyReporter()],
    projects: [
      code,
      program,
      projectWithServer("postgres", "postgres-setup.ts", [
        "stores/postgres/src/**/*.test.ts",
        "{cli,test-servers}/src/**/*.postgres.test.ts",
      ]),
      ...oldestPostgres,
      projectWithServer("mongodb", "mongodb-setup.ts", [
        "stores/mongodb/src/**/*.test.ts",
        "{cli,test-servers}/src/**/*.mongodb.test.ts",
      ]),
      projectWithServer("http", "postgres-setup.ts", ["stores/http/src/**/*.test.ts"]),
    ],
  },
});
