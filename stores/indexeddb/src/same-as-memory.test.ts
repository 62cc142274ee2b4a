import { compareStores } from "@throughline/conformance/property";
import { findBrokenRules, plantedBugs, refuseBadInput, rulesOf } from "@throughline/conformance";
import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import { openDatabase } from "./test/open-database.ts";

test("random commands have the same answers, errors and feed as on memory", async () => {
  await compareStores({
    reference: async ({ kinds }) => {
      const store = memoryStore({ kinds });
      return { store, dispose: () => store.close() };
    },
    open: openDatabase,
    runs: Number(process.env["PROPERTY_RUNS"] ?? 100),
  });
});

test("what makes no sense is refused, and leaves nothing", async () => {
  await refuseBadInput(openDatabase);
});

test.for(plantedBugs)("the suite finds in IndexedDB that $name", async ({ rule, plant }) => {
  expect(rulesOf(await findBrokenRules(openDatabase, plant, rule))).toContain(rule);
});
