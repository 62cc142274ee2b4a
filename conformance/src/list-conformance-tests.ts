/** Every test of the suite, in the order of the rules. */
import type { ConformanceTest, Declare } from "./conformance-test.ts";
import { testAppends } from "./sections/appends.ts";
import { testBatches } from "./sections/batches.ts";
import { testBranches } from "./sections/branches.ts";
import { testExpectations } from "./sections/expectations.ts";
import { testInserts } from "./sections/inserts.ts";
import { testRevisions } from "./sections/revisions.ts";
import { testUpdates } from "./sections/updates.ts";

const sections: readonly ((test: Declare) => void)[] = [
  testBatches,
  testInserts,
  testUpdates,
  testExpectations,
  testAppends,
  testBranches,
  testRevisions,
];

export function listConformanceTests(): readonly ConformanceTest[] {
  const tests: ConformanceTest[] = [];
  for (const section of sections) section((title, run, traits) => tests.push({ title, run, ...traits }));
  return tests;
}
