/** Links that lose, cut, delay and swallow: what was acknowledged is there, once, and every call ends in time. */
import { testKinds } from "@throughline/conformance";
import { type GuardedStore, type Store, guardStore } from "@throughline/core";
import { type LinkMode, type Proxy, repairOnceCut, startProxy } from "@throughline/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpStore } from "./http-store.ts";
import { sqliteBackend } from "./test/open-served.ts";
import { type ServedStore, serveStore, tenantHeaders } from "./test/serve-store.ts";
import { beginCounting, countOne, findBrokenPromises, tenant } from "./test/counted-writes.ts";

/** Far more than a call over loopback takes, on the slowest machine. */
const PATIENT = 20_000;

interface Line {
  readonly served: ServedStore;
  readonly proxy: Proxy;
  /** Behind its guard, through the proxy. */
  readonly store: GuardedStore;
  /** Without a guard. */
  readonly raw: Store;
}

interface LineOptions {
  readonly timeoutMs?: number;
  readonly resendForMs?: number;
}

async function serveSqlite(): Promise<ServedStore> {
  const backend = await sqliteBackend();
  const served = await serveStore(await backend.open(testKinds));
  onTestFinished(async () => {
    await served.stop();
    await backend.dispose();
  });
  await beginCounting(guardStore(await served.connect({ kinds: testKinds })));
  return served;
}

async function openLine(
  served: ServedStore,
  { timeoutMs = PATIENT, resendForMs = 60_000 }: LineOptions = {},
): Promise<Line> {
  const proxy = await startProxy({ target: served.port });
  onTestFinished(() => proxy.stop());
  const url = `http://127.0.0.1:${proxy.port}`;
  const raw = await httpStore({ url, kinds: testKinds, headers: tenantHeaders, timeoutMs });
  return { served, proxy, raw, store: guardStore(raw, { resendForMs }) };
}

async function expectKept(served: ServedStore, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const store = guardStore(await served.connect({ kinds: testKinds }));
  expect(await findBrokenPromises(store, { acknowledged, refused: new Set() })).toEqual([]);
}

const isCommit = (request: Buffer): boolean => request.includes("/store/commit");

test("[C38] commits whose replies are lost are carried out once, and answer what they did", async () => {
  const served = await serveSqlite();
  const line = await openLine(served);
  const acknowledged = new Map<string, number>();
  let lost = 0;
  // Of every three requests the replies to two are lost.
  line.proxy.setMode({ loseReplyTo: (request) => isCommit(request) && (lost += 1) % 3 !== 0 });
  await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let count = 0; count < 5; count += 1) {
        const id = `w${writer}-${count}`;
        acknowledged.set(id, (await countOne(line.store, id)).seq);
      }
    }),
  );
  expect(lost).toBeGreaterThan(40);
  await expectKept(served, acknowledged);
}, 240_000);

describe("a link that is cut", () => {
  /** Bytes of a commit and of its answer, with their headers; counted on a sound link. */
  async function countBytes({ proxy, store }: Line): Promise<Record<"toServer" | "toClient", number>> {
    const before = proxy.statistics();
    await countOne(store, "counted");
    const after = proxy.statistics();
    return {
      toServer: after.bytesToServer - before.bytesToServer,
      toClient: after.bytesToClient - before.bytesToClient,
    };
  }

  test.for(["toServer", "toClient"] as const)(
    "[C38] after any number of bytes %s: the commit is carried out once",
    { timeout: 600_000 },
    async (direction) => {
      const served = await serveSqlite();
      const lines = await Promise.all(Array.from({ length: 4 }, () => openLine(served)));
      const [first] = lines;
      if (first === undefined) throw new TypeError("there is no line");
      const total = (await countBytes(first))[direction];
      expect(total).toBeGreaterThan(100);
      const acknowledged = new Map<string, number>();
      let bytes = 0;
      // Each line takes the next number.
      await Promise.all(
        lines.map(async ({ proxy, store }) => {
          for (let own = (bytes += 1); own <= total; own = bytes += 1) {
            const id = `after${String(own).padStart(4, "0")}`;
            const mode: LinkMode = {
              cutAfter: { direction, bytes: own, by: own % 2 === 0 ? "reset" : "close" },
            };
            await repairOnceCut(proxy, mode, async () => {
              acknowledged.set(id, (await countOne(store, id)).seq);
            });
          }
        }),
      );
      expect(acknowledged.size).toBe(total);
      const cuts = lines.reduce((sum, { proxy }) => sum + proxy.statistics().cut, 0);
      expect(cuts).toBeGreaterThan(total / 2);
      await expectKept(served, acknowledged);
    },
  );

  test("between two calls does not disturb: reads ask once more, and commits again", async () => {
    const served = await serveSqlite();
    const { proxy, store } = await openLine(served);
    const acknowledged = new Map<string, number>();
    for (const by of ["close", "reset", "close", "reset"] as const) {
      proxy.cutAll(by);
      await store.read({ tenant, requests: [] });
      proxy.cutAll(by);
      acknowledged.set(`m${acknowledged.size}`, (await countOne(store, `m${acknowledged.size}`)).seq);
    }
    await expectKept(served, acknowledged);
  });

  test("in the middle of a read is connection_lost when it happens twice", async () => {
    const { proxy, store } = await openLine(await serveSqlite());
    proxy.setMode({ cutAfter: { direction: "toClient", bytes: 20 } });
    const read = store.read({ tenant, requests: [{ type: "get", kind: "sessions", keys: [["s"]] }] });
    await expect(read).rejects.toMatchObject({
      code: "unavailable",
      reason: "connection_lost",
      retryable: true,
    });
  });

  test.for(["toServer", "toClient"] as const)("[C38] in one direction only (%s)", async (direction) => {
    const served = await serveSqlite();
    const { proxy, store } = await openLine(served);
    proxy.setMode({ latencyMilliseconds: 30 });
    const commit = countOne(store, "m");
    await new Promise((resolve) => setTimeout(resolve, 10));
    proxy.halfCloseAll(direction);
    proxy.setMode({});
    await expectKept(served, new Map([["m", (await commit).seq]]));
  });
});

describe("a link through which nothing comes", () => {
  /** Enough to open a store, and short enough to wait for. */
  const timeoutMs = 1_000;

  async function endsInTime(call: Promise<unknown>): Promise<void> {
    const began = performance.now();
    await call.catch(() => undefined);
    expect(performance.now() - began).toBeLessThan(PATIENT);
  }

  test.for(["both", "toServer", "toClient"] as const)(
    "[M14] ends every call in time (%s)",
    async (blackHole) => {
      const { proxy, raw } = await openLine(await serveSqlite(), { timeoutMs });
      proxy.setMode({ blackHole });
      const search = {
        tenant,
        text: { required: [{ words: ["a"] }], excluded: [] },
        order: "rank",
        limit: 1,
        skip: 0,
      } as const;
      const calls = [
        raw.commit({ tenant, writes: [], now: 0 }, {}),
        raw.read({ tenant, requests: [], now: 0 }, {}),
        raw.search({ ...search, now: 0 }, {}),
        raw.changes({ tenant, limit: 1, now: 0 }, {}),
        httpStore({ url: `http://127.0.0.1:${proxy.port}`, timeoutMs }),
      ];
      const longCalls = [raw.check(), raw.prune({ changes: 0, operations: 0 })];
      const timeout = { code: "unavailable", reason: "timeout", retryable: true };
      await Promise.all(
        [...calls, ...longCalls].map(async (call) => {
          await endsInTime(call);
          const limit_ms = longCalls.includes(call as Promise<never>) ? 10 * timeoutMs : timeoutMs;
          await expect(call).rejects.toMatchObject({ ...timeout, details: { limit_ms } });
        }),
      );
    },
  );

  test("[C39] a commit gives up as unknown, and can be asked for by its operation when the link is back", async () => {
    const served = await serveSqlite();
    const { proxy, store } = await openLine(served, { timeoutMs, resendForMs: 500 });
    proxy.setMode({ blackHole: "toClient" });
    const operation = { id: "op", fingerprint: "f" };
    const write = { type: "update", kind: "test_items", key: ["c"], set: { rank: 7 } } as const;
    const commit = store.commit({ tenant, operation, writes: [write] });
    await endsInTime(commit);
    await expect(commit).rejects.toMatchObject({
      code: "unavailable",
      reason: "timeout",
      outcome: "unknown",
      details: { operation: "op" },
    });
    proxy.setMode({});
    expect(await store.commit({ tenant, operation, writes: [] })).toMatchObject({
      replayed: true,
      results: [{ revision: 2 }],
    });
  });

  test("[C38] a commit survives it when the link comes back in time", async () => {
    const served = await serveSqlite();
    const { proxy, store } = await openLine(served, { timeoutMs });
    proxy.setMode({ blackHole: "toClient" });
    const commit = countOne(store, "m");
    await new Promise((resolve) => setTimeout(resolve, 2 * timeoutMs));
    proxy.setMode({});
    await expectKept(served, new Map([["m", (await commit).seq]]));
  });

  test("[M14] ends a slow answer and a slow request in time", async () => {
    const { proxy, raw } = await openLine(await serveSqlite(), { timeoutMs });
    proxy.setMode({ bytesPerSecond: 200 });
    const read = raw.read(
      { tenant, requests: [{ type: "get", kind: "sessions", keys: [["s"]] }], now: 0 },
      {},
    );
    await endsInTime(read);
    await expect(read).rejects.toMatchObject({ reason: "timeout" });
  });

  test("a slow link that is fast enough only takes longer", async () => {
    const { proxy, store } = await openLine(await serveSqlite());
    proxy.setMode({ latencyMilliseconds: 20, bytesPerSecond: 50_000 });
    expect((await countOne(store, "m")).seq).toBe(1);
  });

  test("[C44] a read is given up when its signal says so", async () => {
    const { proxy, raw } = await openLine(await serveSqlite());
    proxy.setMode({ blackHole: "both" });
    const controller = new AbortController();
    const read = raw.read({ tenant, requests: [], now: 0 }, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await endsInTime(read);
    await expect(read).rejects.toThrow("enough");
  });
});

describe("a server that is away", () => {
  test("[C39] refuses what was not sent, and takes it when it is back", async () => {
    const served = await serveSqlite();
    const { proxy, store } = await openLine(served);
    proxy.stopListening();
    proxy.cutAll();
    const refused = { code: "unavailable", reason: "cannot_connect", outcome: "refused", retryable: true };
    // A connection that was open may be tried first.
    await store.read({ tenant, requests: [] }).catch(() => undefined);
    await expect(store.read({ tenant, requests: [] })).rejects.toMatchObject(refused);
    await expect(countOne(store, "m")).rejects.toMatchObject(refused);
    await proxy.listenAgain();
    await expectKept(served, new Map([["n", (await countOne(store, "n")).seq]]));
  });

  test("[C38] a commit that began waits for it", async () => {
    const served = await serveSqlite();
    const { proxy, store } = await openLine(served);
    await repairOnceCut(proxy, { loseReplyTo: isCommit }, async () => {
      const commit = countOne(store, "m");
      while (proxy.statistics().cut === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      proxy.stopListening();
      await new Promise((resolve) => setTimeout(resolve, 200));
      await proxy.listenAgain();
      await expectKept(served, new Map([["m", (await commit).seq]]));
    });
  });
});
