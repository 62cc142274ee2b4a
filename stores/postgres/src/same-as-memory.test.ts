/** Random commands, and planted bugs: PostgreSQL answers as memory does, and the suite would notice if it did not. */
import { findBrokenRules, plantedBugs, refuseBadInput, rulesOf } from "@throughline/conformance";
import { compareServices, compareStores } from "@throughline/conformance/property";
import { memoryStore } from "@throughline/store-memory";
import { afterAll, expect, test } from "vitest";
import { dropEmptied, openEmptiedStore } from "./test/open-test-store.ts";

afterAll(dropEmptied);

test("random commands have the same answers, errors and feed as on memory", async () => {
  await compareStores({
    reference: async ({ kinds }) => {
      const store = memoryStore({ kinds });
      return { store, dispose: () => store.close() };
    },
    open: openEmptiedStore,
    runs: Number(process.env["PROPERTY_RUNS"] ?? 40),
  });
});

test("sessions and messages have the same answers and refusals as on memory", async () => {
  await compareServices({
    reference: async ({ kinds }) => {
      const store = memoryStore({ kinds });
      return { store, dispose: () => store.close() };
    },
    open: openEmptiedStore,
    runs: Number(process.env["PROPERTY_RUNS"] ?? 40),
  });
});

test("what makes no sense is refused, and leaves nothing", async () => {
  await refuseBadInput(openEmptiedStore);
});

test.for(plantedBugs)("the suite finds in PostgreSQL that $name", async ({ rule, plant }) => {
  expect(rulesOf(await findBrokenRules(openEmptiedStore, plant, rule))).toContain(rule);
});
