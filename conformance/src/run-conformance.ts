/** Registers the suite with the caller's test runner. */
import { Bench } from "./bench.ts";
import type { ConformanceTest, Need, OpenForTest, OpenStore } from "./conformance-test.ts";
import { testKinds } from "./kinds.ts";
import { listConformanceTests } from "./list-conformance-tests.ts";
import { TestClock } from "./test-clock.ts";

/** What a runner may give to a test; vitest and `node:test` both do. */
export interface RunnerContext {
  /** Marks the running test as skipped. */
  readonly skip?: (reason: string) => unknown;
}

export interface ConformanceOptions {
  /** Registers a test: `test` of vitest, of `node:test`, or any function like them. */
  readonly test: (title: string, run: (context?: RunnerContext) => Promise<void>) => unknown;
  /** Opens an empty store for one test. */
  readonly open: OpenForTest;
}

/**
 * Registers a test for every rule of `CONTRACT.md`. Rules about what a store does not have (it can't be opened again,
 * or not be shared) are skipped with a reason: by the runner where it can, else with a line on the console.
 */
export function runConformance({ test, open }: ConformanceOptions): void {
  for (const conformanceTest of listConformanceTests()) {
    test(conformanceTest.title, async (context) => {
      const reason = await runOne(conformanceTest, open);
      if (reason === undefined) return;
      if (context?.skip === undefined) print(`not tested: ${conformanceTest.title} (${reason})`);
      else context.skip(reason);
    });
  }
}

/** Runs one test of the suite against a store of its own; answers why it can't, or undefined. */
export async function runOne(
  { run, needs }: Pick<ConformanceTest, "run" | "needs">,
  open: OpenForTest,
): Promise<string | undefined> {
  const clock = new TestClock();
  const opened: OpenStore = await open({ kinds: testKinds, now: () => clock.now });
  try {
    if (needs !== undefined && opened[needs] === undefined) return reasons[needs];
    await run(new Bench(opened, clock));
    return undefined;
  } finally {
    await opened.dispose();
  }
}

const reasons: Readonly<Record<Need, string>> = {
  reopen: "what this store holds does not outlive it",
  openAnother: "a database of this store can't be opened twice",
};

function print(line: string): void {
  // oxlint-disable-next-line no-console -- A runner without skips still has to show what was not tested.
  console.info(line);
}
