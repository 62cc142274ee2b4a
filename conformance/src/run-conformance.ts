/** Registers the suite with the caller's test runner. */
import { Bench } from "./bench.ts";
import type { ConformanceTest, Need, OpenForTest } from "./conformance-test.ts";
import { testKinds } from "./kinds.ts";
import { listConformanceTests } from "./list-conformance-tests.ts";

export interface ConformanceOptions {
  /** Registers a test: `test` of vitest, of `node:test`, or any function like them. */
  readonly test: (title: string, run: () => Promise<void>) => unknown;
  /** Registers a test that this store can't run, and why. Default: prints both to the console. */
  readonly skip?: (title: string, reason: string) => unknown;
  /** Opens an empty store for one test. */
  readonly open: OpenForTest;
}

/**
 * Runs every rule of `CONTRACT.md` against a store. Opens one store first, to see what it can do; so await it where
 * tests are registered.
 */
export async function runConformance({ test, skip = printSkip, open }: ConformanceOptions): Promise<void> {
  const has = await listTraits(open);
  for (const conformanceTest of listConformanceTests()) {
    const { title, needs } = conformanceTest;
    if (needs === undefined || has.has(needs)) test(title, () => runOne(conformanceTest, open));
    else skip(title, reasons[needs]);
  }
}

/** Runs one test of the suite against a store of its own. */
export async function runOne({ run }: Pick<ConformanceTest, "run">, open: OpenForTest): Promise<void> {
  const opened = await open({ kinds: testKinds });
  try {
    await run(new Bench(opened));
  } finally {
    await opened.dispose();
  }
}

const reasons: Readonly<Record<Need, string>> = {
  reopen: "what this store holds does not outlive it",
  openAnother: "a database of this store can't be shared",
};

async function listTraits(open: OpenForTest): Promise<ReadonlySet<Need>> {
  const { reopen, openAnother, dispose } = await open({ kinds: testKinds });
  await dispose();
  const has = new Set<Need>();
  if (reopen !== undefined) has.add("reopen");
  if (openAnother !== undefined) has.add("openAnother");
  return has;
}

function printSkip(title: string, reason: string): void {
  // oxlint-disable-next-line no-console -- A runner without skips still has to show what was not tested.
  console.info(`not tested: ${title}: ${reason}`);
}
