/**
 * Batches, reads, searches and requests for changes that are nearly right: whatever they are, the store behind the server
 * never fails, and what is refused has changed nothing. `FUZZ_RUNS` sets how many are tried.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { productKinds } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import { assert, asyncProperty } from "fast-check";
import { describe, expect, test } from "vitest";
import { storeRequest } from "./test/store-arbitraries.ts";
import { type TestServer, testServer } from "./test/test-server.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 3_000);

/** Everything that the tenant holds, as text. */
async function holdings({ throughline: { store, tenant } }: TestServer): Promise<string> {
  const requests = productKinds.map(({ name }) => ({
    type: "query" as const,
    kind: name,
    shape: "key",
    prefix: [],
    direction: "forward" as const,
    limit: 1_000,
    select: "all" as const,
    hidden: true,
  }));
  return JSON.stringify(await store.read({ tenant, requests }));
}

async function fuzz(server: TestServer, numRuns: number): Promise<Record<string, number>> {
  const taken: Record<string, number> = {};
  await assert(
    asyncProperty(storeRequest, async ({ path, body }) => {
      const before = await holdings(server);
      const { status, text } = await server.call("POST", `/v1/store/${path}`, JSON.stringify(body));
      expect([200, 400, 404, 409, 413], `${path} ${JSON.stringify(body)}: ${text}`).toContain(status);
      if (status === 200) taken[path] = (taken[path] ?? 0) + 1;
      const isUnchanged = (await holdings(server)) === before;
      expect(isUnchanged || (status === 200 && path === "commit")).toBe(true);
    }),
    { numRuns },
  );
  return taken;
}

describe("no request makes the store fail, and no refusal changes anything", () => {
  test("over a store in memory", async () => {
    const taken = await fuzz(testServer(), Math.ceil(runs / 2));
    // Otherwise it is the form alone that was tested.
    expect(Math.min(taken.commit ?? 0, taken.read ?? 0)).toBeGreaterThan(runs / 100);
  }, 3_600_000);

  test("over an SQLite file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "throughline-fuzz-"));
    const server = testServer(
      {},
      await sqliteStore({ path: join(folder, "fuzz.db"), durability: "process-crash" }),
    );
    try {
      await fuzz(server, Math.ceil(runs / 2));
    } finally {
      await server.throughline.close();
      rmSync(folder, { recursive: true });
    }
  }, 3_600_000);
});
