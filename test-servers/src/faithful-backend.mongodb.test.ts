import type { Collection } from "mongodb";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testMongodbDatabase, testMongodbUrl } from "./test-databases.ts";

// What a store relies on and the stand-in did not do by itself. A real server passes these tests, too.

type Thing = { _id: number | string; count: number; copy: number; list: number[] };

const database = testMongodbDatabase();
let made = 0;
let client: MongoClient;
let things: Collection<Thing>;
beforeAll(() => {
  client = new MongoClient(testMongodbUrl(), { maxPoolSize: 32 });
});
afterAll(async () => {
  await things.db.dropDatabase();
  await client.close();
});

function makeCollection(): Collection<Thing> {
  things = client.db(database).collection<Thing>(`things${(made += 1)}`);
  return things;
}

/** A document as all of its writers write it: three fields that go together. */
function thing(id: number | string, count = 0): Thing {
  return { _id: id, count, copy: count, list: [count] };
}

test("an answer is the document as it was then, whatever is written while it is sent", async () => {
  const collection = makeCollection();
  await collection.insertOne(thing(1));
  const answers = await Promise.all(
    Array.from({ length: 300 }, () =>
      collection.findOneAndUpdate({ _id: 1 }, { $inc: { count: 1 } }, { returnDocument: "after" }),
    ),
  );
  expect(new Set(answers.map((answer) => answer?.count)).size).toBe(300);
});

test("no reader sees half of an update of one document", async () => {
  const collection = makeCollection();
  await collection.insertOne(thing(1));
  const writing = { goesOn: true };
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let round = 1; round <= 100; round += 1) {
      const count = writer * 1000 + round;
      await collection.updateOne({ _id: 1 }, { $set: { count, copy: count, list: [count] } });
    }
  });
  const readers = Array.from({ length: 8 }, async () => {
    let seen = 0;
    while (writing.goesOn) {
      const found = await collection.findOne({ _id: 1 });
      expect(found?.copy).toBe(found?.count);
      expect(found?.list).toEqual([found?.count]);
      seen += 1;
    }
    return seen;
  });
  await Promise.all(writers);
  writing.goesOn = false;
  expect(Math.min(...(await Promise.all(readers)))).toBeGreaterThan(0);
});

test("text is ordered by code points", async () => {
  const collection = makeCollection();
  const ordered = [
    "",
    "B",
    "a",
    "a\u0001",
    "aa",
    "é",
    "\uD7FF",
    "\uE000",
    "\uFFFD",
    "\u{10000}",
    "\u{1F600}",
  ];
  await collection.insertMany(ordered.toReversed().map((text) => thing(text)));
  const found = await collection.find().sort({ _id: 1 }).toArray();
  expect(found.map(({ _id }) => _id)).toEqual(ordered);
  expect(await collection.countDocuments({ _id: { $gt: "\uFFFD" } })).toBe(2);
});

test("an insert of many stops at its first error if ordered, and goes past it if not", async () => {
  const collection = makeCollection();
  await collection.insertOne(thing(2));
  const batch = [1, 2, 3].map((id) => thing(id));
  await expect(collection.insertMany(batch)).rejects.toMatchObject({ code: 11_000, insertedCount: 1 });
  expect(await collection.countDocuments({})).toBe(2);
  await expect(collection.insertMany(batch, { ordered: false })).rejects.toMatchObject({
    writeErrors: [{ index: 0 }, { index: 1 }],
    insertedCount: 1,
  });
  expect(await collection.countDocuments({})).toBe(3);
});

test("readers see an insert of many while it is under way", async () => {
  const collection = makeCollection();
  const counts = new Set<number>();
  for (let round = 0; round < 100 && counts.size === 0; round += 1) {
    const writing = { goesOn: true };
    const reader = (async () => {
      while (writing.goesOn) {
        const count = await collection.countDocuments({ copy: round });
        if (count > 0 && count < 2000) counts.add(count);
      }
    })();
    await collection.insertMany(Array.from({ length: 2000 }, (_, each) => thing(round * 2000 + each, round)));
    writing.goesOn = false;
    await reader;
  }
  expect(counts.size).toBeGreaterThan(0);
});
