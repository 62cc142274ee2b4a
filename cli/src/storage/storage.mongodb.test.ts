import { testMongodbDatabase, testMongodbUrl } from "@throughline/test-servers";
import { MongoClient } from "mongodb";
import { describe } from "vitest";
import { MongoDBSessionStorage } from "throughline/storage";
import { tryStorage } from "./test/try-storage.ts";

describe("MongoDBSessionStorage", () => {
  tryStorage(() => {
    const databases = new Map<string, string>();
    return {
      make: (name) => {
        const databaseName = databases.get(name) ?? testMongodbDatabase();
        databases.set(name, databaseName);
        return new MongoDBSessionStorage(testMongodbUrl(), { databaseName, maxPoolSize: 4 });
      },
      clean: async () => {
        const client = await MongoClient.connect(testMongodbUrl());
        for (const name of databases.values()) await client.db(name).dropDatabase();
        await client.close();
      },
    };
  });
});
