/**
 * Kills writing processes at random moments, and looks whether anything that they were promised is missing. 60 rounds;
 * `CRASH_ROUNDS=1000` runs as many, `CRASH_SEED` repeats the choices of a run that failed.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Acknowledged } from "./test/acknowledged.ts";
import { checkWritten } from "./test/check-written.ts";
import { type Random, makeRandom, pick } from "./test/make-random.ts";
import { type WriterRun, runWriter } from "./test/run-writers.ts";

const rounds = Number(process.env.CRASH_ROUNDS ?? 60);
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
/** Rounds that go on with one file. */
const ROUNDS_OF_A_FILE = 6;

test(
  `[C1, M5] killed writers lose nothing that was acknowledged (${rounds} rounds)`,
  { timeout: rounds * 10_000 },
  async () => {
    const random = makeRandom(seed);
    for (let round = 0; round < rounds; round += ROUNDS_OF_A_FILE) {
      await useFile(random, round, Math.min(ROUNDS_OF_A_FILE, rounds - round));
    }
  },
);

test("the check notices what is missing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "throughline-crash-"));
  const path = join(folder, "store.db");
  try {
    const run = chooseRun(makeRandom(seed), "w");
    const acknowledged = await runWriter(path, { ...run, killFrom: "first-acknowledgement" });
    expect(await checkWritten(path, acknowledged)).toEqual([]);
    const lost = acknowledged.map((batch) => ({
      ...batch,
      messages: batch.messages.map(({ id, seq }) => ({ id: `${id}-lost`, seq })),
    }));
    expect(await checkWritten(path, lost)).not.toEqual([]);
    const moved = acknowledged.map((batch) => ({ ...batch, session: "elsewhere" }));
    expect(await checkWritten(path, moved)).not.toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Some rounds on one fresh file, the later ones on what the earlier ones left. */
async function useFile(random: Random, first: number, count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "throughline-crash-"));
  const path = join(folder, "store.db");
  const acknowledged: Acknowledged[] = [];
  try {
    for (let round = first; round < first + count; round += 1) {
      const writers = round % 4 === 3 ? 4 : 1;
      const runs = Array.from({ length: writers }, (_, index) => chooseRun(random, `w${round}x${index}`));
      acknowledged.push(...(await Promise.all(runs.map((run) => runWriter(path, run)))).flat());
      const wrong = await checkWritten(path, acknowledged);
      expect(wrong, `round ${round}; repeat with CRASH_SEED=${seed}`).toEqual([]);
    }
    expect(acknowledged.length, "writers that wrote nothing prove nothing").toBeGreaterThan(0);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function chooseRun(random: Random, writer: string): WriterRun {
  const duringStart = random() < 0.2;
  return {
    writer,
    seed: pick(random, 1, 1_000_000),
    durability: random() < 0.5 ? "power-loss" : "process-crash",
    killFrom: duringStart ? "start" : "first-acknowledgement",
    killAfterMs: pick(random, 0, duringStart ? 250 : 100),
  };
}
