/**
 * A server that is killed and cut off in the middle of writes: nothing that was acknowledged gets lost, nothing is carried
 * out twice, and writers are back soon. 8 rounds; `CRASH_ROUNDS=1000` runs as many. The stand-in keeps its data in a file
 * for it, which is written before each answer but not synced: this is the process killed, not the power cut.
 */
import {
  type ToldHistory,
  WriterFleet,
  beginHistory,
  findBrokenPromises,
  testKinds,
} from "@throughline/conformance";
import { guardStore } from "@throughline/core";
import { startMongodb, startOrSkip, startProxy } from "@throughline/test-servers";
import { expect, test } from "vitest";
import { mongodbStore } from "../mongodb-store.ts";
import { startWriters } from "./test/start-writer.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 8);
const LANES = [1, 1, 6];
/**
 * Within this time after the server is back every writer is. The driver looks for it every half second; where its watch
 * has stopped for good, another client takes its place, which takes a few seconds on a busy machine.
 */
const BACK_MS = 15_000;

test(
  `[C1, C17, C38, M5] a server that is killed or cut off loses nothing that it acknowledged (${rounds} rounds)`,
  { timeout: 120_000 + rounds * 60_000 },
  async (context) => {
    const server = await startOrSkip(context, () => startMongodb({ keepsData: true }));
    const proxy = await startProxy({ target: server.port });
    const options = { kinds: testKinds };
    const direct = `mongodb://127.0.0.1:${server.port}/crashes?directConnection=true`;
    const through = `mongodb://127.0.0.1:${proxy.port}/crashes?directConnection=true`;
    const store = guardStore(await mongodbStore({ ...options, url: direct }), { resendForMs: 60_000 });
    const fleet = new WriterFleet(startWriters(through), LANES);
    let entries = 0;
    let replays = 0;
    let slowest = 0;
    const runRound = async (round: number): Promise<{ told: ToldHistory; backMs: number }> => {
      const history = `round${round}`;
      await beginHistory(store, history);
      await fleet.begin(history);
      await fleet.untilAcknowledged(performance.now());
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
      if (round % 2 === 0) {
        await server.kill();
        await server.restart();
      } else proxy.cutAll();
      const backMs = await fleet.untilAcknowledged(performance.now());
      const told = await fleet.end();
      expect([...told.pending], history).toEqual([]);
      expect(await findBrokenPromises(store, history, told), history).toEqual([]);
      return { told, backMs };
    };
    try {
      for (let round = 0; round < rounds; round += 1) {
        const { told, backMs } = await runRound(round);
        expect(backMs, `round ${round}`).toBeLessThan(BACK_MS);
        entries += told.acknowledged.size;
        replays += [...told.acknowledged.values()].filter(({ replayed }) => replayed).length;
        slowest = Math.max(slowest, backMs);
      }
      await store.close();
    } finally {
      await fleet.kill();
      proxy.stop();
      await server.stop();
    }
    // oxlint-disable-next-line no-console -- How much was tried is what the run is for.
    console.info(
      `${rounds} rounds, ${entries} entries, ${replays} of them answered only when they were sent again, back after ` +
        `${Math.round(slowest)} ms at most`,
    );
  },
);
