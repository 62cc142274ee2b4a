/**
 * Writing processes that are killed, all of them or all but one: nothing that was acknowledged gets lost, what had no
 * answer is resolved by sending it again, and the others go on. 12 rounds; `CRASH_ROUNDS=1000` runs as many.
 */
import {
  WriterFleet,
  beginHistory,
  findBrokenPromises,
  testKinds,
  writeEntry,
} from "@throughline/conformance";
import type { GuardedStore } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { expect, test } from "vitest";
import { mongodbStore } from "../mongodb-store.ts";
import { dropDatabase, newDatabaseUrl } from "../test/test-database.ts";
import { startWriters } from "./test/start-writer.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 12);
/** Entries on their way at once, for each process. Those of the last one share commits. */
const LANES = [1, 1, 2, 6];
/** All are killed within this time after each has written something. */
const LONGEST_MS = 100;

interface Totals {
  entries: number;
  unanswered: number;
  carriedOut: number;
}

async function runRound(
  store: GuardedStore,
  fleet: WriterFleet,
  history: string,
  totals: Totals,
): Promise<void> {
  await beginHistory(store, history);
  await fleet.begin(history);
  await fleet.untilAcknowledged(performance.now());
  await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_MS));
  await fleet.kill(LANES.length - 1);
  // The one that is left is not held up by what the others left behind.
  await fleet.untilAcknowledged(performance.now());
  await fleet.kill();
  const told = fleet.told();
  totals.entries += told.acknowledged.size;
  totals.unanswered += told.pending.size;
  for (const id of told.pending) {
    const place = await writeEntry(store, history, id);
    told.acknowledged.set(id, place);
    if (place.replayed) totals.carriedOut += 1;
  }
  expect(await findBrokenPromises(store, history, told), history).toEqual([]);
}

test(
  `[C1, C17, M5] killed writers lose nothing that was acknowledged (${rounds} rounds)`,
  { timeout: 120_000 + rounds * 30_000 },
  async () => {
    const url = newDatabaseUrl();
    const store = guardStore(await mongodbStore({ url, kinds: testKinds }));
    const totals: Totals = { entries: 0, unanswered: 0, carriedOut: 0 };
    const startFleet = (round: number) => new WriterFleet(startWriters(url), LANES, `r${round}w`);
    let next = startFleet(0);
    try {
      for (let round = 0; round < rounds; round += 1) {
        const fleet = next;
        // Processes take their time to start, so the next ones start meanwhile.
        next = startFleet(round + 1);
        try {
          await runRound(store, fleet, `round${round}`, totals);
        } finally {
          await fleet.kill();
        }
      }
    } finally {
      await next.kill();
      await store.close();
      await dropDatabase(url);
    }
    const { entries, unanswered, carriedOut } = totals;
    expect(entries, "writers that wrote nothing prove nothing").toBeGreaterThan(rounds * LANES.length);
    // oxlint-disable-next-line no-console -- How much was tried is what the run is for.
    console.info(
      `${rounds} rounds, ${entries} entries; ${unanswered} without an answer, ${carriedOut} of them were there`,
    );
  },
);
