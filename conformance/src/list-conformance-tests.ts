/** Every test of the suite. */
import type { ConformanceTest, Declare } from "./conformance-test.ts";
import { testAppends } from "./sections/appends.ts";
import { testBatches } from "./sections/batches.ts";
import { testBranches } from "./sections/branches.ts";
import { testExpectations } from "./sections/expectations.ts";
import { testFeed } from "./sections/feed.ts";
import { testGets } from "./sections/gets.ts";
import { testHiding } from "./sections/hiding.ts";
import { testInserts } from "./sections/inserts.ts";
import { testLifecycle } from "./sections/lifecycle.ts";
import { testOutcomes } from "./sections/outcomes.ts";
import { testQueries } from "./sections/queries.ts";
import { testRefusals } from "./sections/refusals.ts";
import { testRevisions } from "./sections/revisions.ts";
import { testSearch } from "./sections/search.ts";
import { testShapes } from "./sections/shapes.ts";
import { testUpdates } from "./sections/updates.ts";

const sections: readonly ((test: Declare) => void)[] = [
  testBatches,
  testInserts,
  testUpdates,
  testExpectations,
  testAppends,
  testBranches,
  testRevisions,
  testOutcomes,
  testRefusals,
  testGets,
  testShapes,
  testQueries,
  testHiding,
  testFeed,
  testSearch,
  testLifecycle,
];

/** Declares the suite's tests, in the order of the rules. */
export function listConformanceTests(): readonly ConformanceTest[] {
  const tests: ConformanceTest[] = [];
  for (const section of sections) section((title, run, traits) => tests.push({ title, run, ...traits }));
  return tests;
}
