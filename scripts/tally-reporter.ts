import { writeSync } from "node:fs";
import type { Reporter } from "vitest/node";
import { listTestDatabases } from "./list-test-databases.ts";
import { formatTally, tallyTests } from "./test-tally.ts";
import type { TestTally } from "./test-tally.ts";

/** A reporter that names the databases under test first, and ends with one line `N passed, N failed`. */
export function tallyReporter(): Reporter {
  // Stands for a run that breaks before it ends.
  let tally: TestTally = { passed: 0, failed: 1, skipped: [] };
  return {
    onInit() {
      console.log(`Databases: ${listTestDatabases().join(", ")}`);
      // Other reporters and the runner still print after their own end; nothing prints after this.
      process.once("exit", () => {
        if (tally.failed > 0) process.exitCode = 1;
        writeSync(process.stdout.fd, `\n${formatTally(tally)}`);
      });
    },
    onTestRunEnd(modules, unhandledErrors) {
      tally = tallyTests(modules, unhandledErrors);
    },
  };
}
