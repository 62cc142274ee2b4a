/** What becomes of a commit at the server while its caller is impatient, or gone. */
import { connect as connectTcp } from "node:net";
import { testKinds } from "@throughline/conformance";
import { type GuardedStore, type Store, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { describe, expect, onTestFinished, test } from "vitest";
import { beginCounting, tenant } from "./test/counted-writes.ts";
import { type ServedStore, serveStore } from "./test/serve-store.ts";

/** Far more than a call over loopback takes, on the slowest machine. */
const PATIENT = 20_000;
/** How long a slow commit takes: far longer than opening a store. */
const slowMs = 1_500;

describe("a commit at the server", () => {
  /** A server whose first commits take a while. */
  async function serveSlowly(count: number): Promise<ServedStore & { readonly begun: () => number }> {
    const memory = memoryStore({ kinds: testKinds });
    await beginCounting(guardStore(memory));
    let begun = 0;
    const commit: Store["commit"] = async (batch, options) => {
      begun += 1;
      if (begun <= count) await new Promise((resolve) => setTimeout(resolve, slowMs));
      return memory.commit(batch, options);
    };
    const served = await serveStore({
      capabilities: memory.capabilities,
      kinds: memory.kinds,
      commit,
      read: (input, options) => memory.read(input, options),
      search: (input, options) => memory.search(input, options),
      changes: (input, options) => memory.changes(input, options),
      check: () => memory.check(),
      prune: (before) => memory.prune(before),
      close: () => memory.close(),
    });
    onTestFinished(() => served.stop());
    return { ...served, begun: () => begun };
  }

  async function readCounter(store: GuardedStore): Promise<unknown> {
    const requests = [{ type: "get", kind: "test_items", keys: [["c"]] }] as const;
    return (await store.read({ tenant, requests })).answers[0][0];
  }

  test("[C17, C38] that still runs when it is sent again is carried out once", async () => {
    const served = await serveSlowly(3);
    const store = guardStore(await served.connect({ kinds: testKinds, timeoutMs: slowMs / 3 }), {
      resendForMs: 60_000,
    });
    const operation = { id: "op", fingerprint: "f" };
    const write = { type: "update", kind: "test_items", key: ["c"], increment: { rank: 1 } } as const;
    const { results } = await store.commit({ tenant, operation, writes: [write] });
    expect(results).toEqual([{ outcome: "updated", key: ["c"], revision: 2 }]);
    expect(served.begun()).toBeGreaterThan(1);
    // Those whose callers had gone come to their end, too.
    await new Promise((resolve) => setTimeout(resolve, 2 * slowMs));
    expect(await readCounter(store)).toMatchObject({ rank: 1, revision: 2 });
  });

  test("is not undone by a caller who goes away", async () => {
    const served = await serveSlowly(1);
    const write = { type: "update", kind: "test_items", key: ["c"], increment: { rank: 1 } };
    const body = JSON.stringify({ writes: [write] });
    const before = served.begun();
    const socket = connectTcp(served.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(
      `POST /v1/store/commit HTTP/1.1\r\nhost: localhost\r\nx-test-tenant: ${tenant}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    while (served.begun() === before) await new Promise((resolve) => setTimeout(resolve, 1));
    socket.resetAndDestroy();
    const store = guardStore(await served.connect({ kinds: testKinds }));
    await expect.poll(() => readCounter(store), { timeout: PATIENT }).toMatchObject({ rank: 1 });
  });
});
