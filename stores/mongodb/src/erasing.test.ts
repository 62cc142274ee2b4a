import { Throughline, guardStore } from "@throughline/core";
import { MongoClient } from "mongodb";
import { expect, test, vi } from "vitest";
import { mongodbStore } from "./mongodb-store.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

/** The collections in whose documents a text is found. */
async function collectionsWith(client: MongoClient, text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { collectionName } of await client.db().collections()) {
    for await (const document of client.db().collection(collectionName).find()) {
      if (!JSON.stringify(document).includes(text)) continue;
      found.push(collectionName);
      break;
    }
  }
  return found;
}

test("of what is erased no text is left in any collection", async () => {
  const url = newDatabaseUrl();
  const client = await new MongoClient(url).connect();
  const throughline = new Throughline(guardStore(await mongodbStore({ url })));
  try {
    const { id } = await throughline.sessions.create({ title: "zyzzyva title", metadata: { of: "zyzzyva" } });
    const some = Array.from({ length: 450 }, (_, index) => ({
      role: "user" as const,
      content: `zyzzyva ${index}`,
    }));
    await throughline.messages.append(id, some);
    await throughline.messages.append(id, [{ role: "user", content: "zyzzyva", parentId: null }]);
    expect((await throughline.search({ text: "zyzzyva" })).items.length).toBeGreaterThan(0);
    await vi.waitFor(async () => expect(await collectionsWith(client, "zyzzyva")).toContain("messages"), {
      timeout: 10_000,
    });
    const receipt = await throughline.sessions.delete(id, { erase: true });
    expect(receipt.removed).toMatchObject({ sessions: 1, messages: 451, branches: 1 });
    // Commits stay in the log for a few seconds after they were applied.
    await vi.waitFor(async () => expect(await collectionsWith(client, "zyzzyva")).toEqual([]), {
      timeout: 30_000,
      interval: 500,
    });
    expect(await throughline.store.check()).toEqual([]);
  } finally {
    await throughline.close();
    await client.close();
    await dropDatabase(url);
  }
}, 90_000);
