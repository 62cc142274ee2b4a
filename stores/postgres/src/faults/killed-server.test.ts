/**
 * A server that is killed, restarted and cut off in the middle of writes, again and again: nothing that was acknowledged
 * gets lost, nothing is carried out twice, and writers are back in time. 40 rounds, eight of each fault;
 * `CRASH_ROUNDS=1000` runs as many, `CRASH_SEED` repeats the choices of a run that failed.
 */
import { join } from "node:path";
import {
  type StartWriter,
  type ToldHistory,
  WriterFleet,
  beginHistory,
  findBrokenPromises,
  testKinds,
} from "@throughline/conformance";
import { guardStore } from "@throughline/core";
import {
  bundleProgram,
  startOrSkip,
  startPostgres,
  startProgram,
  startProxy,
} from "@throughline/test-servers";
import { expect, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { type Place, type ServerFault, serverFaults } from "./test/server-faults.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 40);
const seed = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
/** Entries on their way at once, for each process. Those of the last one share commits. */
const LANES = [1, 1, 1, 2, 12];
/** Within this time after the server is back every writer is. */
const BACK_MS = 5_000;
const kinds = Object.keys(serverFaults) as ServerFault[];
const schema = "crashes";
const program = await bundleProgram(join(import.meta.dirname, "test/history-writer.ts"));

/** Numbers from 0 to below 1 that a seed decides. */
function makeRandom(first: number): () => number {
  let state = first >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** All kinds of faults come equally often, in random order. */
function shuffle(random: () => number): ServerFault[] {
  return kinds
    .map((kind) => ({ kind, order: random() }))
    .toSorted((left, right) => left.order - right.order)
    .map(({ kind }) => kind);
}

interface Round {
  readonly told: ToldHistory;
  readonly backMs: number;
}

interface Choice {
  readonly history: string;
  readonly fault: ServerFault;
  /** So long all have been writing when it happens. */
  readonly afterMs: number;
}

async function runRound(fleet: WriterFleet, place: Place, choice: Choice): Promise<Round> {
  const { history, fault, afterMs } = choice;
  await fleet.begin(history);
  await fleet.untilAcknowledged(performance.now());
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await serverFaults[fault](place);
  const backMs = await fleet.untilAcknowledged(performance.now());
  return { told: await fleet.end(), backMs };
}

test(
  `[C1, C17, C38, M5] a server that is killed loses nothing that it acknowledged (${rounds} rounds)`,
  { timeout: 120_000 + rounds * 30_000 },
  async (context) => {
    const server = await startOrSkip(context, () => startPostgres());
    const proxy = await startProxy({ target: server.port });
    const through = new URL(server.url);
    through.port = String(proxy.port);
    // Not through the proxy. It lives through the faults, too.
    const store = guardStore(await postgresStore({ url: server.url, schema, kinds: testKinds }));
    const start: StartWriter = (writer, lanes, hear) =>
      startProgram(program, [through.href, schema, writer, String(lanes)], hear);
    const fleet = new WriterFleet(start, LANES);
    const random = makeRandom(seed);
    const order: ServerFault[] = [];
    let entries = 0;
    let replays = 0;
    let slowest = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        if (order.length === 0) order.push(...shuffle(random));
        const fault = order.pop() ?? "killed";
        const repeat = `round ${round}, ${fault}; repeat with CRASH_SEED=${seed}`;
        const history = `round${round}`;
        await beginHistory(store, history);
        const { told, backMs } = await runRound(
          fleet,
          { server, proxy },
          { history, fault, afterMs: random() * 50 },
        );
        expect([...told.pending], repeat).toEqual([]);
        expect(await findBrokenPromises(store, history, told), repeat).toEqual([]);
        expect(backMs, repeat).toBeLessThan(BACK_MS);
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
      `${rounds} rounds, ${entries} entries, ${replays} of them answered only when they were sent again, back after ${Math.round(slowest)} ms at most; seed ${seed}`,
    );
  },
);
