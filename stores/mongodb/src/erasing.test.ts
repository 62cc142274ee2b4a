import type { MessageInput } from "@throughline/core";
import { Throughline, guardStore } from "@throughline/core";
import { Binary, MongoClient } from "mongodb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openMongodbStore } from "./mongodb-store.ts";
import { neverIndexed } from "./test/never-indexed.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

let url: string;
let client: MongoClient;
let throughline: Throughline;

/** Indexed by a search that finds more messages than this, and never in the background: that might erase words, too. */
const indexed = { ...neverIndexed, tailLimit: 100 };

beforeEach(async () => {
  url = newDatabaseUrl();
  client = await new MongoClient(url).connect();
  throughline = new Throughline(guardStore(await openMongodbStore({ url }, { index: indexed })));
});

afterEach(async () => {
  await throughline.close();
  await client.close();
  await dropDatabase(url);
});

/** What a document holds, bytes as the characters that they would be: words stand in the index as they are. */
function textOf(document: unknown): string {
  if (document instanceof Binary) return Buffer.from(document.value()).toString("latin1");
  if (typeof document !== "object" || document === null) return `${String(document)} `;
  return Object.entries(document)
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(" ");
}

/** The collections in whose documents any of these texts is found. */
async function collectionsWith(...texts: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const { collectionName } of await client.db().collections()) {
    for await (const document of client.db().collection(collectionName).find()) {
      const text = textOf(document);
      if (texts.some((searched) => text.includes(searched))) found.add(collectionName);
    }
  }
  return [...found].toSorted();
}

function zyzzyvas(count: number): MessageInput[] {
  return Array.from({ length: count }, (_, index) => ({ role: "user", content: `zyzzyva ${index}` }));
}

/** A session with 452 messages, one of them deleted, one a branch; and the ids of its messages. */
async function writeSession(): Promise<{ readonly id: string; readonly messageIds: readonly string[] }> {
  const { id } = await throughline.sessions.create({ title: "zyzzyva title", metadata: { of: "zyzzyva" } });
  const appended = await throughline.messages.append(id, zyzzyvas(450));
  const branch = await throughline.messages.append(id, [
    { role: "user", content: `zyzzyva ${"x".repeat(200_000)}`, parentId: null },
  ]);
  const deleted = await throughline.messages.append(id, zyzzyvas(1));
  const messageIds = [appended, branch, deleted].flatMap(({ items }) => items.map((item) => item.id));
  await throughline.messages.delete(id, messageIds.at(-1) ?? "");
  return { id, messageIds };
}

test("of what is erased no text is left in any collection", async () => {
  const { id } = await writeSession();
  expect((await throughline.search({ text: "zyzzyva" })).items.length).toBeGreaterThan(0);
  await vi.waitFor(async () => expect(await collectionsWith("zyzzyva")).toContain("messages"), {
    timeout: 10_000,
  });
  const receipt = await throughline.sessions.delete(id, { erase: true });
  expect(receipt.removed).toMatchObject({ sessions: 1, messages: 451, branches: 2 });
  // Commits stay in the log for a few seconds after they were applied, words in the index for an hour.
  await vi.waitFor(
    async () => {
      const left = await collectionsWith("zyzzyva");
      expect(left.filter((name) => name !== "search_blocks" && name !== "search_segments")).toEqual([]);
    },
    { timeout: 30_000, interval: 500 },
  );
  expect(await throughline.store.check()).toEqual([]);
}, 90_000);

test("of what is erased, pruning leaves neither words in the index nor ids of messages", async () => {
  const { id, messageIds } = await writeSession();
  // Others are in the same segments of the index, and stay.
  const other = await throughline.sessions.create({});
  await throughline.messages.append(other.id, [{ role: "user", content: "aardvark" }]);
  // Positive: what the scan is to find, it finds.
  expect((await throughline.search({ text: "zyzzyva" })).items.length).toBeGreaterThan(0);
  await throughline.store.check();
  expect(await collectionsWith("zyzzyva")).toContain("search_blocks");
  expect(await collectionsWith(...messageIds)).toContain("messages");
  expect(await collectionsWith(id)).toEqual(
    expect.arrayContaining(["branches", "messages", "search_blocks", "sessions"]),
  );

  await throughline.sessions.delete(id, { erase: true });
  // A day after the feed is forgotten, nobody can be asleep any more who would bring a record back.
  const later = Date.now() + 2 * 24 * 60 * 60 * 1_000;
  await throughline.store.prune({ changes: later, operations: later });

  expect(await collectionsWith("zyzzyva", ...messageIds)).toEqual([]);
  // The id stays taken, and the receipt says what became of it.
  expect(await collectionsWith(id)).toEqual(["sessions", "state"]);
  expect(await throughline.store.check()).toEqual([]);
  expect((await throughline.search({ text: "aardvark" })).items).toHaveLength(1);
  expect((await throughline.search({ text: "zyzzyva" })).items).toEqual([]);
}, 120_000);

test("the messages of a removed session leave their keys at once, and nothing else", async () => {
  const { id, messageIds } = await writeSession();
  await throughline.sessions.delete(id, { erase: true });
  await throughline.store.check();
  for (const name of ["messages", "branches"]) {
    const left = await client.db().collection(name).find().toArray();
    expect(left.length).toBeGreaterThan(0);
    for (const document of left) expect(Object.keys(document).toSorted()).toEqual(["_id", "at", "gone", "p"]);
  }
  expect(await collectionsWith(...messageIds)).not.toContain("messages");
});
