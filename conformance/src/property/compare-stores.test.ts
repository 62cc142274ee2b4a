import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import type { OpenForTest } from "../conformance-test.ts";
import type { PlantedBug } from "../planted-bugs.ts";
import { plantedBugs } from "../planted-bugs.ts";
import { compareStores } from "./compare-stores.ts";

const reference: OpenForTest = async ({ kinds }) => {
  const store = memoryStore({ kinds });
  return { store, dispose: () => store.close() };
};

function openPlanted({ plant }: PlantedBug): OpenForTest {
  return async (options) => {
    const opened = await reference(options);
    return { ...opened, store: plant(opened.store) };
  };
}

test("a store is like itself", async () => {
  await compareStores({ reference, open: reference, runs: 60 });
});

/** Commands come one after another, and damage nothing: these bugs only the suite finds. */
const found = plantedBugs.filter(({ concurrent, rule }) => concurrent !== true && rule !== "S10");

test.for(found)("random commands find that $name", async (bug) => {
  const compared = compareStores({ reference, open: openPlanted(bug), runs: 300, seed: 1 });
  await expect(compared).rejects.toThrow("Repeat it:");
});
