/** What opening a store says of servers and databases that it can't use, each within its time limit. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Throughline, blobs, completeRecord, guardStore, isThroughlineError } from "@throughline/core";
import { startMongodb } from "@throughline/test-servers";
import { MongoClient } from "mongodb";
import { expect, test, vi } from "vitest";
import { databaseName } from "./connect.ts";
import { type MongodbSeams, mongodbStore, openMongodbStore } from "./mongodb-store.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

const timeouts = { connectMs: 500, selectMs: 1_000, queryMs: 1_000 };

async function reasonOf(url: string): Promise<string> {
  try {
    const store = await mongodbStore({ url, timeouts });
    await store.close();
    return "opened";
  } catch (error) {
    if (!isThroughlineError(error)) throw error;
    return `${error.code}/${String(error.reason)}`;
  }
}

async function withDatabase(run: (url: string, client: MongoClient) => Promise<void>): Promise<void> {
  const url = newDatabaseUrl();
  const client = await new MongoClient(url).connect();
  try {
    await run(url, client);
  } finally {
    await client.close();
    await dropDatabase(url);
  }
}

test("a text that is no URL, and a URL with an unknown option, are refused", async () => {
  expect(await reasonOf("postgres://127.0.0.1/x")).toBe("invalid/store_url");
  expect(await reasonOf("mongodb://127.0.0.1:1/x?nonsense=1")).toBe("invalid/store_url");
});

test("a port where nobody listens can't be connected to", async () => {
  expect(await reasonOf("mongodb://127.0.0.1:1/x")).toBe("unavailable/cannot_connect");
});

test("a host that accepts and says nothing is given up", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const began = performance.now();
  expect(await reasonOf(`mongodb://127.0.0.1:${port}/x`)).toBe("unavailable/timeout");
  expect(performance.now() - began).toBeLessThan(20_000);
  silent.close();
});

test("a server without TLS can't be spoken to in TLS", async () => {
  const url = new URL(newDatabaseUrl());
  expect(await reasonOf(`${url.href}?tls=true`)).toMatch(/^unavailable\/(tls|cannot_connect|timeout)$/);
});

test("[M12] a newer schema is refused, and nothing is changed", async () => {
  await withDatabase(async (url, client) => {
    expect(await reasonOf(url)).toBe("opened");
    const info = client.db().collection("store_info");
    await info.updateOne({}, { $set: { schema: 4 } });
    const before = await info.findOne();
    expect(await reasonOf(url)).toBe("unavailable/newer_schema");
    expect(await info.findOne()).toEqual(before);
  });
});

test("[M11] a database of the first version keeps its blobs, whose newer fields are empty", async () => {
  await withDatabase(async (url, client) => {
    const record = completeRecord(blobs, { hash: "h", size: 3, pieces: 1, createdAt: 7 });
    const older = guardStore(await mongodbStore({ url }));
    await older.commit({
      tenant: "t",
      quiet: { durable: true },
      writes: [{ type: "insert", kind: "blobs", record, exists: "keep" }],
    });
    await older.close();
    await client
      .db()
      .collection("store_info")
      .updateOne({}, { $set: { schema: 1 } });
    const unset = { $unset: { "r.encoding": "", "r.touchedAt": "" } };
    expect(await client.db().collection("blobs").updateOne({}, unset)).toMatchObject({ modifiedCount: 1 });
    const store = guardStore(await mongodbStore({ url }));
    try {
      const where = [{ field: "touchedAt", test: "equals", value: 7 }] as const;
      const { answers } = await store.read({
        tenant: "t",
        requests: [
          { type: "get", kind: "blobs", keys: [["h"]] },
          { type: "query", kind: "blobs", shape: "key", prefix: [], direction: "forward", limit: 9, where },
        ],
      });
      const whole = { ...record, encoding: "", touchedAt: 7, revision: 1 };
      expect(answers).toEqual([[whole], { rows: [whole] }]);
      expect(await client.db().collection("store_info").findOne()).toMatchObject({ schema: 3 });
      expect(await store.check()).toEqual([]);
    } finally {
      await store.close();
    }
  });
});

test("[M11] who holds the large values of the first version is found out, also after a kill, and they go with the last", async () => {
  await withDatabase(async (url, client) => {
    const database = client.db();
    const open = async (seams: MongodbSeams = {}) =>
      new Throughline(guardStore(await openMongodbStore({ url }, seams)), { tenant: "t" });
    const tl = await open();
    const living = (await tl.sessions.create()).id;
    const content = "a".repeat(100_000);
    const other = "b".repeat(100_000);
    await tl.messages.append(living, [
      { role: "tool", content },
      { role: "tool", content: "small", native: { format: "tool", text: other } },
    ]);
    const deleted = (await tl.sessions.create()).id;
    await tl.messages.append(deleted, [{ role: "tool", content }]);
    await tl.sessions.delete(deleted);
    expect(await tl.store.check()).toEqual([]);
    await tl.close();
    const blobRecords = () =>
      database
        .collection("blobs")
        .find({ _id: { $regex: "[0-9a-f]{64}" } as never, gone: { $exists: false } })
        .toArray();
    const references = () =>
      database
        .collection("blob_references")
        .find({ gone: { $exists: false } })
        .sort({ _id: 1 })
        .project({ r: 1 })
        .toArray();
    const before = await references();
    expect(before).toHaveLength(3);
    await database.collection("blob_references").deleteMany({});
    await database.collection("blobs").updateMany({}, { $unset: { "r.touchedAt": "" } });
    await database.collection("store_info").updateOne({}, { $set: { schema: 1 } });
    // Killed when it has the first references, and then before it says that it is done.
    for (const [last, times] of [
      ["insert blob_references", 2],
      ["upsert store_info", 1],
    ] as const) {
      let seen = 0;
      const kill = async <Result>(call: string, run: () => Promise<Result>): Promise<Result> => {
        if (call === last) seen += 1;
        if (seen === times) throw new Error("killed");
        return run();
      };
      await expect(open({ intercept: kill })).rejects.toThrow("killed");
    }
    expect(await database.collection("store_info").findOne()).toMatchObject({
      schema: 3,
      unreferenced: true,
    });
    const upgraded = await open();
    expect(await references()).toEqual(before);
    const info = await database.collection("store_info").findOne();
    expect([info?.schema, info?.unreferenced]).toEqual([3, undefined]);
    expect((await upgraded.sessions.delete(living, { erase: true })).removed).toMatchObject({ blobs: 1 });
    await upgraded.sessions.delete(deleted, { erase: true });
    expect(await upgraded.store.check()).toEqual([]);
    expect([await blobRecords(), await references()]).toEqual([[], []]);
    await upgraded.close();
  });
});

test("collections of another program are left alone", async () => {
  await withDatabase(async (url, client) => {
    await client.db().collection("sessions").insertOne({ mine: true });
    expect(await reasonOf(url)).toBe("unavailable/not_a_store");
    expect(await client.db().collection("sessions").countDocuments()).toBe(1);
  });
});

test("[M11] many may make a new database a store at once", async () => {
  await withDatabase(async (url, client) => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => mongodbStore({ url })));
    expect(await client.db().collection("store_info").countDocuments()).toBe(1);
    for (const store of stores) await store.close();
  });
});

test("an older server is refused", async (context) => {
  const server = await startMongodb({ version: "3.6" });
  try {
    if (!server.isStandIn) context.skip("only the stand-in can claim to be old");
    expect(await reasonOf(`${server.url}x`)).toBe("unavailable/unsupported_server");
  } finally {
    await server.stop();
  }
});

test("without the driver, the error says what to install", async () => {
  vi.doMock("mongodb", () => {
    throw new Error("Cannot find package 'mongodb'");
  });
  try {
    expect(await reasonOf(newDatabaseUrl())).toBe("unsupported/missing_driver");
  } finally {
    vi.doUnmock("mongodb");
  }
});

test("the database is the one in the URL's path", () => {
  expect(databaseName("mongodb://a:1,b:2/mine?x=1")).toBe("mine");
  expect(databaseName("mongodb+srv://user:p%40ss@host/a%20b")).toBe("a b");
  expect(databaseName("mongodb://host")).toBe("throughline");
  expect(databaseName("mongodb://host/?x=1")).toBe("throughline");
});
