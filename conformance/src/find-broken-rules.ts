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
 * `plant` puts something before each store, such as one of `plantedBugs`. With `rule` only the tests of that rule run,
 * which is enough to see whether they find what breaks it.
 */
export async function findBrokenRules(
  open: OpenForTest,
  plant: (store: Store) => Store = (store) => store,
  rule?: string,
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
    if (test.heavy === true || (rule !== undefined && !rulesOfTitle(test.title).includes(rule))) continue;
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
  return [...new Set(findings.flatMap(({ title }) => rulesOfTitle(title)))];
}

function rulesOfTitle(title: string): readonly string[] {
  return (/^\[([^\]]+)\]/.exec(title)?.[1] ?? "").split(", ");
}
