/** Random commands, and planted bugs: MongoDB answers as memory does, and the suite would notice if it did not. */
import { type PlantedBug, plantedBugs, refuseBadInput, runConformance } from "@throughline/conformance";
import { compareServices, compareStores } from "@throughline/conformance/property";
import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import { openTestDatabase } from "./test/test-database.ts";

test("random commands have the same answers, errors and feed as on memory", async () => {
  await compareStores({
    reference: async ({ kinds }) => {
      const store = memoryStore({ kinds });
      return { store, dispose: () => store.close() };
    },
    // Images leave the log as soon as they are applied, so that reads meet that too.
    open: (options) => openTestDatabase(options, { pace: { stripAfterMs: 0 } }),
    runs: Number(process.env["PROPERTY_RUNS"] ?? 30),
  });
});

test("sessions and messages have the same answers and refusals as on memory", async () => {
  await compareServices({
    reference: async ({ kinds }) => {
      const store = memoryStore({ kinds });
      return { store, dispose: () => store.close() };
    },
    open: (options) => openTestDatabase(options, { pace: { stripAfterMs: 0 } }),
    runs: Number(process.env["PROPERTY_RUNS"] ?? 15),
  });
});

test("what makes no sense is refused, and leaves nothing", async () => {
  await refuseBadInput(openTestDatabase);
});

/** The tests of one rule that fail with a bug planted. All of the suite for each bug would take half an hour. */
async function findFailures({ rule, plant }: PlantedBug): Promise<string[]> {
  const failed: string[] = [];
  const tests: [string, () => Promise<void>][] = [];
  runConformance({
    test: (title, run) => tests.push([title, run]),
    open: async (options) => {
      const opened = await openTestDatabase(options);
      const { openAnother } = opened;
      return {
        ...opened,
        store: plant(opened.store),
        ...(openAnother && { openAnother: async () => plant(await openAnother()) }),
      };
    },
  });
  for (const [title, run] of tests) {
    if (!(/^\[([^\]]+)\]/.exec(title)?.[1] ?? "").split(", ").includes(rule)) continue;
    await run().catch(() => failed.push(title));
  }
  return failed;
}

test.for(plantedBugs)("the suite finds in MongoDB that $name", async (bug) => {
  expect(await findFailures(bug)).not.toEqual([]);
});
