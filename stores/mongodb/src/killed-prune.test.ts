/**
 * Pruning is stopped at each call that changes something: killed after it, or put to sleep before it. Readers see no
 * difference, and another one that prunes leaves nothing of a removed session's messages.
 */
import { testKinds } from "@throughline/conformance";
import type { GuardedStore } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { MongoClient } from "mongodb";
import { expect, test } from "vitest";
import { openMongodbStore } from "./mongodb-store.ts";
import { crashScenarios } from "./test/crash-scenarios.ts";
import { neverIndexed } from "./test/never-indexed.ts";
import type { Stop } from "./test/stopping-store.ts";
import { openStoppingStore } from "./test/stopping-store.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";
import { readWatched } from "./test/watched-reads.ts";

const clock = (): number => 1_000;
const tenant = "t";
const later = 2 * 24 * 60 * 60 * 1_000;
const times = { changes: later, operations: later };

async function removeSession(store: GuardedStore): Promise<void> {
  const scenario = crashScenarios.find(({ name }) => name === "the removal of a session");
  const batches = [...(scenario?.before ?? []), ...(scenario?.killed ?? [])];
  for (const batch of batches) await store.commit({ ...batch, tenant });
  expect(batches.length).toBeGreaterThan(0);
}

async function foresee(): Promise<Awaited<ReturnType<typeof readWatched>>> {
  const memory = guardStore(memoryStore({ kinds: testKinds }), { clock });
  await removeSession(memory);
  return readWatched(memory, tenant);
}

/** The sessions that documents of the log's collections belong to. */
async function ownersLeft(url: string): Promise<readonly string[]> {
  const client = await new MongoClient(url).connect();
  try {
    const ids = ["messages", "branches"].map((name) => client.db().collection(name).distinct("_id"));
    return [...new Set((await Promise.all(ids)).flat().map((id) => String(id).split("\t", 2)[1] ?? ""))];
  } finally {
    await client.close();
  }
}

async function stopPruning(stop: Stop | undefined): Promise<readonly string[]> {
  const expected = await foresee();
  const url = newDatabaseUrl();
  const other = guardStore(await openMongodbStore({ url, kinds: testKinds }, { index: neverIndexed }), {
    clock,
  });
  try {
    await removeSession(other);
    const victim = await openStoppingStore(url, testKinds, stop);
    await readWatched(guardStore(victim.store, { clock }), tenant);
    victim.arm();
    const pruned = victim.store.prune(times);
    await Promise.race([victim.stopped, pruned]);
    expect(await readWatched(other, tenant)).toEqual(expected);
    await other.prune(times);
    expect(await readWatched(other, tenant)).toEqual(expected);
    expect(await ownersLeft(url)).toEqual(["s2"]);
    if (stop?.how !== "killed") {
      victim.wake();
      await pruned;
      await victim.store.close();
    }
    expect(await readWatched(other, tenant)).toEqual(expected);
    expect(await ownersLeft(url)).toEqual(["s2"]);
    expect(await other.check()).toEqual([]);
    return victim.calls;
  } finally {
    await other.close();
    await dropDatabase(url);
  }
}

test("[M7] nobody sees how far pruning has come", { timeout: 600_000 }, async () => {
  const calls = await stopPruning(undefined);
  const changing = calls.flatMap((call, index) => (/^(?:find|distinct)/.test(call) ? [] : [index + 1]));
  expect(calls).toContain("delete messages");
  expect(calls).toContain("delete branches");
  for (const at of changing) {
    await stopPruning({ at, how: "killed" });
    await stopPruning({ at, how: "asleep" });
  }
});
