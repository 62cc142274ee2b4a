import { productKinds } from "@throughline/core";
import { afterEach, expect, test, vi } from "vitest";
import type { LogDocument } from "./log-document.ts";
import { LOG, MARKS, slotId } from "./log-document.ts";
import { openDatabase } from "./open-database.ts";
import { TenantLog } from "./tenant-log.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

afterEach(() => vi.restoreAllMocks());

const timeouts = { connectMs: 5_000, selectMs: 5_000, queryMs: 5_000, poolMs: 5_000, commitMs: 5_000 };

test("[R1] a log that rested while its slots were pruned is read to its end", async () => {
  const url = newDatabaseUrl();
  const kinds = new Map(productKinds.map((kind) => [kind.name, kind]));
  const connection = {
    url,
    timeouts,
    connections: 4,
    intercept: <Result>(_: string, run: () => Result) => run(),
  };
  const { database } = await openDatabase(connection, kinds);
  try {
    const tenant = "tenant";
    const log = new TenantLog(tenant, database, () => undefined);
    await database.upsert(MARKS, tenant, { $set: { slot: 1, position: 1 } });
    await log.open();
    await log.refresh();
    // Others wrote 32 commits meanwhile, which are applied and were pruned, and one that is not applied.
    await database.upsert(MARKS, tenant, { $set: { slot: 32, position: 32 } });
    const place = { slot: 33, position: 33 };
    const head = { _id: slotId(tenant, place.slot), tenant, ...place, at: 0, token: "x" };
    const newest: LogDocument = { ...head, entries: [], open: true, images: [] };
    await database.insert(LOG, newest);
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + 25 * 60 * 60 * 1_000);
    await log.refresh();
    expect(log.end).toEqual(place);
  } finally {
    await database.close();
    await dropDatabase(url);
  }
});
