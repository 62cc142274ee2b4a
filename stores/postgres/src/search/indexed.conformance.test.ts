/** The rules of search, where everything is indexed before each one: otherwise a suite in a hurry finds what it scans. */
import { type OpenForTest, runConformance } from "@throughline/conformance";
import type { Store } from "@throughline/core";
import { afterAll, test } from "vitest";
import { dropEmptied, openEmptiedStore } from "../test/open-test-store.ts";

function indexing(store: Store): Store {
  return {
    capabilities: store.capabilities,
    kinds: store.kinds,
    commit: (batch, options) => store.commit(batch, options),
    read: (input, options) => store.read(input, options),
    async search(input, options) {
      await store.prune({ changes: 0, operations: 0 });
      return store.search(input, options);
    },
    changes: (input, options) => store.changes(input, options),
    check: () => store.check(),
    prune: (before) => store.prune(before),
    close: () => store.close(),
  };
}

const open: OpenForTest = async (options) => {
  const opened = await openEmptiedStore(options);
  const { reopen, openAnother } = opened;
  return {
    ...opened,
    store: indexing(opened.store),
    ...(reopen && { reopen: async () => indexing(await reopen()) }),
    ...(openAnother && { openAnother: async () => indexing(await openAnother()) }),
  };
};

function leaveOut(): void {
  // Runs in the suite as a whole.
}

afterAll(dropEmptied);

const searchRule = /^\[.*\bS\d/;

runConformance({
  test: (title, run) => (searchRule.test(title) ? test : leaveOut)(title, run),
  open,
});
