import { MongoClient } from "mongodb";
import type { TestContext } from "vitest";
import { expect, onTestFinished, test } from "vitest";
import { startOrSkip } from "./missing-server.ts";
import type { MongodbOptions, MongodbServer } from "./start-mongodb.ts";
import { startMongodb } from "./start-mongodb.ts";
import { testMongodbDatabase, testMongodbUrl } from "./test-databases.ts";

type Thing = { _id: number; name: string; place: number };

async function start(context: TestContext, options: MongodbOptions): Promise<MongodbServer> {
  const server = await startOrSkip(context, () => startMongodb(options));
  onTestFinished(() => server.stop());
  return server;
}

async function withClient<Result>(
  url: string,
  use: (client: MongoClient) => Promise<Result>,
): Promise<Result> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2000 });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

test("the newest driver inserts and finds in the run's server", async () => {
  await withClient(testMongodbUrl(), async (client) => {
    const database = client.db(testMongodbDatabase());
    await database.collection("things").insertOne({ number: 42 });
    expect(await database.collection("things").findOne({ number: 42 })).toMatchObject({ number: 42 });
    await database.dropDatabase();
  });
});

test("a server that keeps its data has what was acknowledged before it was killed", async (context) => {
  const server = await start(context, { keepsData: true });
  const things = (client: MongoClient) => client.db("kept").collection<Thing>("things");
  for (let round = 0; round < 3; round += 1) {
    await withClient(server.url, async (client) => {
      await things(client).createIndex({ name: 1, place: 1 }, { unique: true }, {});
      for (let each = 0; each < 20; each += 1) {
        await things(client).insertOne({ _id: round * 100 + each, name: `${round}`, place: each });
      }
    });
    await server.kill();
    await expect(withClient(server.url, (client) => client.connect())).rejects.toThrow("ECONNREFUSED");
    await server.restart();
    await withClient(server.url, async (client) => {
      expect(await things(client).countDocuments({})).toBe((round + 1) * 20);
      await expect(things(client).insertOne({ _id: -1, name: "0", place: 1 })).rejects.toMatchObject({
        code: 11_000,
      });
    });
  }
});

test("a server of an old version is refused by the driver", async (context) => {
  const server = await start(context, { version: "3.6" });
  if (!server.isStandIn) context.skip("a real server claims no version but its own");
  await expect(withClient(server.url, (client) => client.connect())).rejects.toThrow("wire version");
});
