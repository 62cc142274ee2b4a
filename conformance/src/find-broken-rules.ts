import type { Store } from "@throughline/core";
import type { OpenForTest } from "./conformance-test.ts";
import { listConformanceTests } from "./list-conformance-tests.ts";
import { runOne } from "./run-conformance.ts";

/** A test that failed, and why. */
export interface Finding {
  readonly title: string;
  readonly error: unknown;
}

/**
 * Runs the suite against a store and answers the tests that fail, without a test runner. Heavy tests are left out.
 * `plant` puts something before each store, such as one of `plantedBugs`.
 */
export async function findBrokenRules(
  open: OpenForTest,
  plant: (store: Store) => Store = (store) => store,
): Promise<readonly Finding[]> {
  const openPlanted: OpenForTest = async (options) => {
    const opened = await open(options);
    const { reopen, openAnother } = opened;
    return {
      ...opened,
      store: plant(opened.store),
      ...(reopen && { reopen: async () => plant(await reopen()) }),
      ...(openAnother && { openAnother: async () => plant(await openAnother()) }),
    };
  };
  const findings: Finding[] = [];
  for (const test of listConformanceTests()) {
    if (test.heavy === true) continue;
    try {
      await runOne(test, openPlanted);
    } catch (error) {
      findings.push({ title: test.title, error });
    }
  }
  return findings;
}

/** The rules that failing tests are about. */
export function rulesOf(findings: readonly Finding[]): readonly string[] {
  const rules = findings.flatMap(({ title }) => (/^\[([^\]]+)\]/.exec(title)?.[1] ?? "").split(", "));
  return [...new Set(rules)];
}
