import { defineConfig } from "vitest/config";
import { tallyReporter } from "./scripts/tally-reporter.ts";

/** The export condition under which the packages of the workspace resolve to their sources. */
const sourceCondition = "throughline-source";

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
    include: [
      "{core,conformance,importers,server,cli,stores/*}/src/**/*.test.ts",
      "scripts/**/*.test.ts",
      "benchmarks/**/*.test.ts",
    ],
    // Processes, because tests open databases, kill writers and change the environment.
    pool: "forks",
    execArgv: [`--conditions=${sourceCondition}`],
    maxWorkers: "100%",
    // Crash and property tests take long on a machine of two slow cores.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", tallyReporter()],
  },
});
