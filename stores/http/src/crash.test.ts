/**
 * Servers that are killed in the middle of commits, and restarted, again and again, while writers go on: nothing that was
 * acknowledged gets lost, and nothing is carried out twice. `CRASH_ROUNDS` sets how often.
 */
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testKinds } from "@throughline/conformance";
import { type GuardedStore, guardStore, isThroughlineError } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import { findFreePort } from "@throughline/test-servers";
import { expect, test } from "vitest";
import { httpStore } from "./http-store.ts";
import { beginCounting, countOne, findBrokenPromises } from "./test/counted-writes.ts";
import { tenantHeaders } from "./test/serve-store.ts";
import { type ServingProcess, startServing } from "./test/start-serving.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 20);
const WRITERS = 8;

class Writers {
  readonly acknowledged = new Map<string, number>();
  readonly refused = new Set<string>();
  readonly #ports: readonly number[];
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  begin(): void {
    this.#running = Promise.all(Array.from({ length: WRITERS }, (_, index) => this.#write(index)));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #write(writer: number): Promise<void> {
    const store = await connect(this.#ports[writer % this.#ports.length] ?? 0);
    for (let count = 0; !this.#isOver; count += 1) {
      const id = `w${writer}-${count}`;
      try {
        this.acknowledged.set(id, (await countOne(store, id)).seq);
      } catch (error) {
        // While the server is down, what was not begun is refused. The outcome of all else the guard finds out.
        if (!isThroughlineError(error) || error.outcome !== "refused") throw error;
        this.refused.add(id);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await store.close();
  }
}

async function connect(port: number): Promise<GuardedStore> {
  return guardStore(
    await httpStore({ url: `http://127.0.0.1:${port}`, kinds: testKinds, headers: tenantHeaders }),
    { resendForMs: 60_000 },
  );
}

async function killAgainAndAgain(serverCount: number, kills: number): Promise<Writers> {
  const folder = await mkdtemp(join(tmpdir(), "throughline-http-crash-"));
  const path = join(folder, "store.db");
  const ports = await Promise.all(Array.from({ length: serverCount }, findFreePort));
  const servers: ServingProcess[] = await Promise.all(ports.map((port) => startServing(path, port)));
  try {
    await beginCounting(await connect(ports[0] ?? 0));
    const writers = new Writers(ports);
    writers.begin();
    for (let round = 0; round < kills; round += 1) {
      const before = writers.acknowledged.size;
      while (writers.acknowledged.size < before + WRITERS)
        await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, randomInt(100)));
      const index = round % serverCount;
      await servers[index]?.kill();
      servers[index] = await startServing(path, ports[index] ?? 0);
    }
    await writers.end();
    const store = guardStore(await sqliteStore({ path, kinds: testKinds, durability: "process-crash" }));
    expect(await findBrokenPromises(store, writers)).toEqual([]);
    await store.close();
    return writers;
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    await rm(folder, { recursive: true });
  }
}

test(
  `[C1, C38, M5] a server that is killed loses nothing that it acknowledged (${rounds} rounds)`,
  { timeout: rounds * 30_000 },
  async () => {
    const { acknowledged } = await killAgainAndAgain(1, rounds);
    expect(acknowledged.size).toBeGreaterThanOrEqual(rounds * WRITERS);
  },
);

test(
  "[C20, C38, M8] two servers on one file give no position twice, though one is always being killed",
  { timeout: rounds * 30_000 },
  async () => {
    await killAgainAndAgain(2, Math.ceil(rounds / 4));
  },
);

test("the look for broken promises finds what is missing, doubled or moved", async () => {
  const folder = await mkdtemp(join(tmpdir(), "throughline-http-crash-"));
  const store = guardStore(await sqliteStore({ path: join(folder, "store.db"), kinds: testKinds }));
  try {
    await beginCounting(store);
    const { seq } = await countOne(store, "a");
    const acknowledged = new Map([["a", seq]]);
    const none = new Set<string>();
    expect(await findBrokenPromises(store, { acknowledged, refused: none })).toEqual([]);
    for (const told of [
      { acknowledged: new Map([["a", seq + 1]]), refused: none },
      { acknowledged: new Map([["b", seq]]), refused: none },
      { acknowledged, refused: new Set(["a"]) },
    ]) {
      expect(await findBrokenPromises(store, told)).toHaveLength(1);
    }
    const twice = { type: "update", kind: "test_items", key: ["c"], increment: { rank: 1 } } as const;
    await store.commit({ tenant: "t", writes: [twice] });
    expect(await findBrokenPromises(store, { acknowledged, refused: none })).toHaveLength(1);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});
