/** Random commands, and planted bugs: a store answers through a server as it does without one. */
import {
  type OpenForTest,
  findBrokenRules,
  plantedBugs,
  refuseBadInput,
  rulesOf,
} from "@throughline/conformance";
import { compareServices, compareStores } from "@throughline/conformance/property";
import { memoryStore } from "@throughline/store-memory";
import { describe, expect, test } from "vitest";
import { memoryBackend, openServed, sqliteBackend } from "./test/open-served.ts";

const reference: OpenForTest = async ({ kinds }) => {
  const store = memoryStore({ kinds });
  return { store, dispose: () => store.close() };
};

test.for([
  { name: "memory", backend: memoryBackend },
  { name: "SQLite", backend: sqliteBackend },
])("random commands have the same answers, errors and feed on $name behind a server", async ({ backend }) => {
  await compareStores({
    reference,
    open: openServed(backend),
    runs: Number(process.env["PROPERTY_RUNS"] ?? 30),
  });
});

test("sessions and messages have the same answers and refusals on SQLite behind a server", async () => {
  await compareServices({
    reference,
    open: openServed(sqliteBackend),
    runs: Number(process.env["PROPERTY_RUNS"] ?? 30),
  });
});

test("what makes no sense is refused, and leaves nothing", async () => {
  await refuseBadInput(openServed(sqliteBackend));
});

describe("behind a server", () => {
  test("without a bug, no rule is broken", async () => {
    expect(await findBrokenRules(openServed(memoryBackend))).toEqual([]);
  });

  test.for(plantedBugs)("the suite finds that $name", async ({ rule, plant }) => {
    // Who gives up waiting does so here: no signal goes through the socket.
    const isHere = rule === "C44";
    const findings = isHere
      ? await findBrokenRules(openServed(memoryBackend), plant, rule)
      : await findBrokenRules(openServed(memoryBackend, plant), undefined, rule);
    expect(rulesOf(findings)).toContain(rule);
  });
});
