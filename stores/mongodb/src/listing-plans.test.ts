/** How many records a list reads of the server: about a page, where an order leads to them. */
import type { GuardedStore, Query } from "@throughline/core";
import { completeRecord, guardStore, sessions } from "@throughline/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openMongodbStore } from "./mongodb-store.ts";
import { testTenant as tenant } from "./test/records.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

const url = newDatabaseUrl();
const total = 160;
let store: GuardedStore;
let read = 0;

beforeAll(async () => {
  const opened = await openMongodbStore(
    { url },
    {
      intercept: async (call, run) => {
        const result = await run();
        if (call === "find sessions") read += (result as readonly unknown[]).length;
        return result;
      },
      pace: { stripAfterMs: 0 },
    },
  );
  store = guardStore(opened);
  const records = Array.from({ length: total }, (_, index) =>
    completeRecord(sessions, {
      id: `s${index}`,
      listed: true,
      createdAt: index,
      userId: index % 2 === 0 ? "often" : "other",
      projectId: index % 70 === 0 ? "rare" : "other",
    }),
  );
  await store.commit({
    tenant,
    writes: records.map((record) => ({ type: "insert", kind: "sessions", record, exists: "fail" })),
  });
  // Applies what is in the log: what is still there is read of it.
  await opened.check();
});
afterAll(async () => {
  await store.close();
  await dropDatabase(url);
});

async function list(where: NonNullable<Query["where"]>, after?: Query["after"]): Promise<string[]> {
  read = 0;
  const page = { type: "query", kind: "sessions", shape: "created", prefix: [1], limit: 50, where } as const;
  const query: Query = { ...page, direction: "backward", ...(after === undefined ? undefined : { after }) };
  const { answers } = await store.read({ tenant, requests: [query] });
  return answers[0].rows.map(({ id }) => id as string);
}

test("a page reads one record more than it has", async () => {
  expect(await list([])).toHaveLength(50);
  expect(read).toBe(51);
});

test("a filter that many pass is scanned for, and a rare one found by an order of its own", async () => {
  expect(await list([{ field: "userId", test: "equals", value: "often" }])).toHaveLength(50);
  expect(read).toBeLessThanOrEqual(total);
  const rare = [{ field: "projectId", test: "equals", value: "rare" }] as const;
  expect(await list(rare)).toEqual(["s140", "s70", "s0"]);
  expect(read).toBe(51 + 3);
  expect(await list(rare, [1, 100, "s100"])).toEqual(["s70", "s0"]);
  await store.commit({
    tenant,
    writes: [{ type: "update", kind: "sessions", key: ["s5"], set: { projectId: "rare" } }],
  });
  expect(await list(rare)).toEqual(["s140", "s70", "s5", "s0"]);
});
