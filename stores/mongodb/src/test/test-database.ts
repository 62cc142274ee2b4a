/** A database of its own for a test, in the run's server. */
import type { OpenStore } from "@throughline/conformance";
import type { Kind } from "@throughline/core";
import { testMongodbDatabase, testMongodbUrl } from "@throughline/test-servers";
import { MongoClient } from "mongodb";
import type { MongodbSeams } from "../mongodb-store.ts";
import { openMongodbStore } from "../mongodb-store.ts";

/** The URL of a database that no other test has. */
export function newDatabaseUrl(): string {
  return urlOf(testMongodbDatabase());
}

function urlOf(database: string): string {
  const url = testMongodbUrl();
  const [, head = "", tail = ""] = /^([a-z+]+:\/\/[^/?]*)\/?[^?]*(\?.*)?$/.exec(url) ?? [];
  return `${head}/${database}${tail}`;
}

export async function dropDatabase(url: string): Promise<void> {
  const client = new MongoClient(url);
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
}

export async function openTestDatabase(
  { kinds }: { readonly kinds: readonly Kind[] },
  seams: MongodbSeams = {},
): Promise<OpenStore> {
  const url = newDatabaseUrl();
  const open = () => openMongodbStore({ url, kinds }, seams);
  const store = await open();
  return {
    store,
    reopen: open,
    openAnother: open,
    dispose: async () => {
      await store.close();
      await dropDatabase(url);
    },
  };
}
