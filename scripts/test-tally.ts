import type { SerializedError, TestModule, TestSuite } from "vitest/node";

/** The outcome of a test run in numbers, with the tests that were skipped. */
export type TestTally = { passed: number; failed: number; skipped: { name: string; reason: string }[] };

/**
 * Counts a finished run. A file or a suite that broke outside its tests, an error that nobody handled and
 * a test that did not finish each count as one failure; a skip is never a pass.
 */
export function tallyTests(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
): TestTally {
  const tally: TestTally = { passed: 0, failed: unhandledErrors.length, skipped: [] };
  for (const testModule of modules) {
    const suites: (TestModule | TestSuite)[] = [testModule, ...testModule.children.allSuites()];
    tally.failed += suites.filter((suite) => suite.errors().length > 0).length;
    for (const test of testModule.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") tally.passed += 1;
      else if (result.state === "skipped") {
        tally.skipped.push({ name: test.fullName, reason: result.note ?? "no reason given" });
      } else tally.failed += 1;
    }
  }
  return tally;
}

/** Writes a tally: the skipped tests with their reasons, then one closing line with the numbers. */
export function formatTally({ passed, failed, skipped }: TestTally): string {
  const reasons = skipped.map(({ name, reason }) => `skipped: ${name} (${reason})\n`).join("");
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  return `${reasons}${passed} passed, ${failed} failed${skips}\n`;
}
