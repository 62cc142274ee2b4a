import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import type { OpenForTest } from "./conformance-test.ts";
import { findBrokenRules, rulesOf } from "./find-broken-rules.ts";
import { plantedBugs } from "./planted-bugs.ts";

const open: OpenForTest = async ({ kinds }) => {
  const store = memoryStore({ kinds });
  return { store, dispose: () => store.close() };
};

test("without a bug, no rule is broken", async () => {
  expect(await findBrokenRules(open)).toEqual([]);
});

test.for(plantedBugs)("the suite finds that $name", async ({ rule, plant }) => {
  expect(rulesOf(await findBrokenRules(open, plant, rule))).toContain(rule);
});
