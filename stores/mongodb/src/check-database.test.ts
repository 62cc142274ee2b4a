import { testItems, testKinds } from "@throughline/conformance";
import type { GuardedStore } from "@throughline/core";
import { completeRecord, guardStore } from "@throughline/core";
import type { Db } from "mongodb";
import { MongoClient } from "mongodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openMongodbStore } from "./mongodb-store.ts";
import { appendTo, newSession } from "./test/records.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

const tenant = "t";
let url: string;
let client: MongoClient;
let database: Db;
let store: GuardedStore;

beforeEach(async () => {
  url = newDatabaseUrl();
  store = guardStore(await openMongodbStore({ url, kinds: testKinds }, {}));
  client = await new MongoClient(url).connect();
  database = client.db();
  const item = completeRecord(testItems, { id: "i", code: "c", groupId: "g" });
  await store.commit({ tenant, writes: [newSession("s"), appendTo("s", ["a", "b", "c"])] });
  await store.commit({
    tenant,
    writes: [{ type: "insert", kind: "test_items", record: item, exists: "fail" }],
  });
  await store.commit({ tenant, writes: [newSession("t")] });
});

afterEach(async () => {
  await client.close();
  await store.close();
  await dropDatabase(url);
});

async function problems(): Promise<string[]> {
  return [...new Set((await store.check()).map(({ problem }) => problem))].toSorted();
}

type Anything = Record<string, unknown>;

/** Takes the images away, as it happens some seconds after a commit: damage is then found without them. */
async function strip(): Promise<void> {
  await store.check();
  await database.collection("commit_log").updateMany({}, { $unset: { images: "", open: "" } });
}

test("[M6] a healthy store has no problems", async () => {
  expect(await problems()).toEqual([]);
});

test("[M6] what went with a removed session is no damage, though the log has it still", async () => {
  // They come together, so they stand in one document of the log.
  await Promise.all([
    store.commit({ tenant, writes: [appendTo("s", ["d"])] }),
    store.commit({ tenant, writes: [{ type: "remove", kind: "messages", key: ["s", 1] }] }),
    store.commit({ tenant, writes: [{ type: "remove", kind: "sessions", key: ["s"] }] }),
  ]);
  expect(await problems()).toEqual([]);
});

test.for<[string, string, (damaged: Db) => Promise<unknown>]>([
  [
    "a slot that is missing",
    "missing_slot",
    (db) => db.collection<Anything>("commit_log").deleteOne({ slot: 2 }),
  ],
  [
    "a position that is left out",
    "wrong_position",
    (db) => db.collection<Anything>("commit_log").updateOne({ slot: 2 }, { $set: { entries: [] } }),
  ],
  [
    "a mark beyond the log",
    "mark_ahead",
    (db) =>
      db.collection<Anything>("commit_marks").updateOne({ _id: tenant as never }, { $set: { slot: 100 } }),
  ],
  [
    "a message that is missing",
    "missing_positions",
    (db) => db.collection<Anything>("messages").deleteOne({ "r.seq": 2 }),
  ],
  [
    "counts that are wrong",
    "wrong_counts",
    (db) => db.collection<Anything>("sessions").updateOne({}, { $set: { "r.messageCount": 7 } }),
  ],
  [
    "a head where nothing is",
    "missing_head",
    (db) => db.collection<Anything>("sessions").updateOne({}, { $set: { "r.headSeq": 9 } }),
  ],
  [
    "a parent that comes later",
    "wrong_parent",
    (db) => db.collection<Anything>("messages").updateOne({ "r.seq": 2 }, { $set: { "r.parentSeq": 3 } }),
  ],
  [
    "a branch that no record tells of",
    "missing_branch",
    (db) => db.collection<Anything>("messages").updateOne({ "r.seq": 3 }, { $set: { "r.parentSeq": 1 } }),
  ],
  [
    "an index entry that is not the record's",
    "misplaced",
    (db) => db.collection<Anything>("test_items").updateOne({}, { $set: { "r.groupId": "other" } }),
  ],
  [
    "a unique key that two records have",
    "shared_unique_key",
    async (db) => {
      const items = db.collection<Anything>("test_items");
      const item = await items.findOne({});
      await items.insertOne({ ...item, _id: "another" as never });
    },
  ],
])("[M6] %s is found", async ([, problem, damage]) => {
  await strip();
  await damage(database);
  expect(await problems()).toContain(problem);
});

test("[M6] a record that is not as the log says is found", async () => {
  await store.check();
  await database.collection<Anything>("test_items").updateOne({}, { $set: { "r.size": 8 } });
  expect(await problems()).toEqual(["differs_from_log"]);
  await database.collection<Anything>("test_items").updateOne({}, { $set: { p: 0 } });
  expect(await problems()).toEqual(["not_applied"]);
});
