/** How many records a list reads of the database: about a page, where an order leads to them. */
import type { GuardedStore, Query } from "@throughline/core";
import { completeRecord, guardStore, sessions } from "@throughline/core";
import { IDBIndex } from "fake-indexeddb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { indexeddbStore } from "./indexeddb-store.ts";
import { databaseName } from "./test/open-database.ts";

const tenant = "tenant";
const total = 160;
let store: GuardedStore;
let read = 0;

/** Counts what a way of reading an index gives. */
function count(name: "getAll" | "getAllRecords" | "openCursor"): void {
  const prototype = IDBIndex.prototype as unknown as Record<
    string,
    (...given: unknown[]) => IDBRequest<unknown>
  >;
  const original = prototype[name];
  if (original === undefined) return;
  vi.spyOn(prototype, name).mockImplementation(function (this: unknown, ...given) {
    const request = original.apply(this, given);
    request.addEventListener("success", () => {
      const { result } = request;
      read += Array.isArray(result) ? result.length : Number(result !== null);
    });
    return request;
  });
}

beforeAll(async () => {
  store = guardStore(await indexeddbStore({ name: databaseName() }));
  count("getAll");
  count("getAllRecords");
  count("openCursor");
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
});
afterAll(async () => {
  vi.restoreAllMocks();
  await store.close();
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
  expect(read).toBeLessThanOrEqual(51 + 250);
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
