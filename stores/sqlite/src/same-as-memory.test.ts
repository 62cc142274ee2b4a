/** Random commands, and planted bugs: SQLite answers as memory does, and the suite would notice if it did not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type OpenForTest,
  findBrokenRules,
  plantedBugs,
  refuseBadInput,
  rulesOf,
} from "@throughline/conformance";
import { compareServices, compareStores } from "@throughline/conformance/property";
import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import { sqliteStore } from "./sqlite-store.ts";

const open: OpenForTest = async ({ kinds }) => {
  const folder = mkdtempSync(join(tmpdir(), "throughline-same-"));
  const options = { path: join(folder, "store.db"), kinds, durability: "process-crash" } as const;
  const store = await sqliteStore(options);
  return {
    store,
    reopen: () => sqliteStore(options),
    dispose: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
};

test("random commands have the same answers, errors and feed as on memory", async () => {
  await compareStores({
    reference: async ({ kinds }) => {
      const store = memoryStore({ kinds });
      return { store, dispose: () => store.close() };
    },
    open,
    runs: Number(process.env["PROPERTY_RUNS"] ?? 100),
  });
});

test("sessions and messages have the same answers and refusals as on memory", async () => {
  await compareServices({
    reference: async ({ kinds }) => {
      const store = memoryStore({ kinds });
      return { store, dispose: () => store.close() };
    },
    open: open,
    runs: Number(process.env["PROPERTY_RUNS"] ?? 60),
  });
});

test("what makes no sense is refused, and leaves nothing", async () => {
  await refuseBadInput(open);
});

test.for(plantedBugs)("the suite finds in SQLite that $name", async ({ rule, plant }) => {
  expect(rulesOf(await findBrokenRules(open, plant, rule))).toContain(rule);
});
