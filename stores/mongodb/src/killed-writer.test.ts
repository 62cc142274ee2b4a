/**
 * A writer is stopped at every call that a commit makes, one after the other: killed after it, or put to sleep before it.
 * Two other processes apply what it left, others read all the time. Nobody ever sees half, and a retry by the operation
 * answers what the first attempt did.
 */
import { testKinds } from "@throughline/conformance";
import type { Batch, GuardedStore, WriteResult } from "@throughline/core";
import { guardStore, isThroughlineError } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { MongoClient } from "mongodb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LogDocument, Mark } from "./log-document.ts";
import { LOG, MARKS } from "./log-document.ts";
import { openMongodbStore } from "./mongodb-store.ts";
import type { CrashScenario } from "./test/crash-scenarios.ts";
import { crashScenarios } from "./test/crash-scenarios.ts";
import { neverIndexed } from "./test/never-indexed.ts";
import type { Stop, StoppingStore } from "./test/stopping-store.ts";
import { openStoppingStore } from "./test/stopping-store.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";
import type { History } from "./test/watched-reads.ts";
import { readWatched, watchReads } from "./test/watched-reads.ts";

let url: string;
let client: MongoClient;
const clock = (): number => 1_000;
/** Two that apply what others leave, and one that only reads. */
let others: readonly [GuardedStore, GuardedStore, GuardedStore];

// A database each: a stand-in looks at all of a collection for each range.
beforeEach(async () => {
  url = newDatabaseUrl();
  client = await new MongoClient(url).connect();
  const open = async (foreignAfterMs: number, stripAfterMs: number): Promise<GuardedStore> => {
    const pace = { foreignAfterMs, stripAfterMs };
    return guardStore(await openMongodbStore({ url, kinds: testKinds }, { pace, index: neverIndexed }), {
      clock,
    });
  };
  others = [await open(5, 5), await open(15, 20), await open(60_000, 60_000)];
});

afterEach(async () => {
  for (const store of others) await store.close();
  await client.close();
  await dropDatabase(url);
});

/** A repeated append without an operation says that its messages were kept, and where they are. */
function placesOf(result: WriteResult): unknown {
  if (result.outcome !== "appended") return result;
  return { ...result, messages: result.messages.map(({ id, seq }) => ({ id, seq })) };
}

type Outcome =
  | { readonly position: number; readonly results: readonly unknown[] }
  | { readonly code: string; readonly reason: string };

/** What a commit answers, but for whether it was a replay. */
async function outcomeOf(store: GuardedStore, batch: Batch): Promise<Outcome> {
  try {
    const { position, results } = await store.commit(batch);
    // Repeated without an operation it changes nothing, and then the last position is the answer.
    return { position: batch.operation === undefined ? 0 : position, results: results.map(placesOf) };
  } catch (error) {
    if (!isThroughlineError(error)) throw error;
    return { code: error.code, reason: error.reason ?? "" };
  }
}

interface Expected {
  readonly history: History;
  readonly outcomes: readonly Outcome[];
  readonly last: number;
}

/** The same batches one after another in memory: what is there at each position, and what each batch answers. */
async function foresee({ before, killed, after }: CrashScenario): Promise<Expected> {
  const store = guardStore(memoryStore({ kinds: testKinds }), { clock });
  const history: History = new Map();
  const outcomes: Outcome[] = [];
  const note = async (): Promise<number> => {
    const { position, answers } = await readWatched(store, "t");
    history.set(position, answers);
    return position;
  };
  await note();
  for (const batch of before) {
    await store.commit({ ...batch, tenant: "t" });
    await note();
  }
  for (const batch of killed) {
    outcomes.push(await outcomeOf(store, { ...batch, tenant: "t" }));
    await note();
  }
  await store.commit({ ...after, tenant: "t" });
  return { history, outcomes, last: await note() };
}

async function stopWriter(
  scenario: CrashScenario,
  stop: Stop | undefined,
  expected: Expected,
): Promise<StoppingStore> {
  const tenant = `${scenario.name} ${stop?.how ?? "not stopped"} ${stop?.at ?? 0}`;
  const [applier] = others;
  for (const batch of scenario.before) await applier.commit({ ...batch, tenant });
  const watching = others.map((store) => watchReads(store, tenant, expected.history));
  const victim = await openStoppingStore(url, testKinds, stop);
  const writer = guardStore(victim.store, { clock });
  // What it knows before it is killed is what a running process knows.
  await readWatched(writer, tenant);
  victim.arm();
  const first = scenario.killed.map((batch) => outcomeOf(writer, { ...batch, tenant }));
  const done = Promise.all(first).then(() => pause(100));
  await Promise.race([victim.stopped, done]);
  await pause(30);
  const again = await Promise.all(scenario.killed.map((batch) => outcomeOf(applier, { ...batch, tenant })));
  expect(again).toEqual(expected.outcomes);
  expect((await applier.commit({ ...scenario.after, tenant })).position).toBe(expected.last);
  await waitUntilApplied(tenant);
  expect(stop?.how === "killed" ? again : await wake(victim, first)).toEqual(expected.outcomes);
  await pause(20);
  for (const { end } of watching) expect(await end()).toBeGreaterThan(0);
  for (const store of others) {
    expect(await readWatched(store, tenant)).toEqual({
      position: expected.last,
      answers: expected.history.get(expected.last),
    });
  }
  return victim;
}

/** What others did is in the collections: whoever wakes now might bring back what is gone. */
async function waitUntilApplied(tenant: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const log = client.db().collection<LogDocument>(LOG).find({ tenant }).sort({ slot: -1 }).limit(1);
      const mark = await client.db().collection<Mark>(MARKS).findOne({ _id: tenant });
      expect(mark?.slot).toBe((await log.next())?.slot);
    },
    { timeout: 20_000, interval: 10 },
  );
}

/** Lets a writer that was asleep, or never stopped, go on to its end. */
async function wake(
  { store, wake: goOn }: StoppingStore,
  commits: readonly Promise<Outcome>[],
): Promise<readonly Outcome[]> {
  goOn();
  const outcomes = await Promise.all(commits);
  await store.close();
  return outcomes;
}

test.for(crashScenarios)(
  "[C1, C17, R11] nobody sees half of $name",
  { timeout: 600_000 },
  async (scenario) => {
    const expected = await foresee(scenario);
    const { calls } = await stopWriter(scenario, undefined, expected);
    // oxlint-disable-next-line no-console -- What was enumerated is what the run is for.
    console.info(`${scenario.name}: stopped at each of ${calls.join(", ")}`);
    expect(calls).toContain("insert commit_log");
    expect(calls).toContain("upsert commit_marks");
    expect(calls).toContain("update commit_log");
    for (let at = 1; at <= calls.length; at += 1) {
      // They have a tenant each.
      await Promise.all([
        stopWriter(scenario, { at, how: "killed" }, expected),
        stopWriter(scenario, { at, how: "asleep" }, expected),
      ]);
    }
    expect(await others[0].check()).toEqual([]);
  },
);

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
