/** Several tabs, of which some are older or newer than others. */
import { testItems, testKinds } from "@throughline/conformance";
import { Throughline, blobs, completeRecord, guardStore } from "@throughline/core";
import { beforeEach, expect, test } from "vitest";
import { indexeddbStore } from "./indexeddb-store.ts";
import { entryOf, storedKey } from "./keys.ts";
import { answerOf, endOf } from "./requests.ts";
import { databaseName } from "./test/open-database.ts";
import { rawConnection, recordsOf } from "./test/raw-database.ts";

let name: string;

beforeEach(() => {
  name = databaseName();
});

const insert = (id: string) =>
  ({
    type: "insert",
    kind: "test_items",
    record: completeRecord(testItems, { id }),
    exists: "fail",
  }) as const;

test("a store makes way for a tab that upgrades, and goes on afterwards", async () => {
  const store = guardStore(await indexeddbStore({ name, kinds: [testItems] }));
  const { position } = await store.commit({ tenant: "t", writes: [insert("a")] });
  const newer = await indexeddbStore({ name, kinds: testKinds });
  expect(await store.commit({ tenant: "t", writes: [insert("b")] })).toMatchObject({
    position: position + 1,
  });
  const requests = [{ type: "count", kind: "test_items", shape: "key", prefix: [] }] as const;
  expect((await guardStore(newer).read({ tenant: "t", requests })).answers).toEqual([2]);
  await Promise.all([store.close(), newer.close()]);
});

test("tabs that open at once with different kinds all get theirs", async () => {
  const opened = await Promise.all(testKinds.map((kind) => indexeddbStore({ name, kinds: [kind] })));
  const database = await rawConnection(name);
  expect(testKinds.every((kind) => database.objectStoreNames.contains(kind.name))).toBe(true);
  database.close();
  await Promise.all(opened.map((store) => store.close()));
});

test("a tab that keeps an older version open is told of, and waited for no longer than asked", async () => {
  await (await indexeddbStore({ name })).close();
  const stubborn = await rawConnection(name);
  const opening = indexeddbStore({ name, kinds: testKinds, upgradeTimeoutMs: 20 });
  await expect(opening).rejects.toMatchObject({ code: "unavailable", reason: "locked", retryable: true });
  stubborn.close();
  const store = await indexeddbStore({ name, kinds: testKinds });
  expect(await guardStore(store).commit({ tenant: "t", writes: [insert("a")] })).toMatchObject({
    position: 1,
  });
  await store.close();
});

test("[M12] a layout that is newer than the program is refused, and nothing is changed", async () => {
  await (await indexeddbStore({ name })).close();
  await changeLayout(99);
  await expect(indexeddbStore({ name, kinds: testKinds })).rejects.toMatchObject({ reason: "newer_schema" });
  const database = await rawConnection(name);
  expect(database.objectStoreNames.contains("test_items")).toBe(false);
  database.close();
});

test("[M11] a database of the first layout keeps its blobs, whose newer fields are empty", async () => {
  await (await indexeddbStore({ name })).close();
  await changeLayout(1);
  const { encoding, touchedAt, ...older } = completeRecord(blobs, { hash: "h", size: 3, pieces: 1 });
  const database = await rawConnection(name);
  const transaction = database.transaction("blobs", "readwrite");
  transaction.objectStore("blobs").put(entryOf("t", blobs, { ...older, revision: 1 }), storedKey("t", ["h"]));
  await endOf(transaction);
  database.close();
  const store = guardStore(await indexeddbStore({ name }));
  const { answers } = await store.read({
    tenant: "t",
    requests: [
      { type: "get", kind: "blobs", keys: [["h"]] },
      { type: "query", kind: "blobs", shape: "key", prefix: [], direction: "backward", limit: 9 },
    ],
  });
  const whole = { ...older, encoding, touchedAt, revision: 1 };
  expect(answers).toEqual([[whole], { rows: [whole] }]);
  await store.close();
  expect(await recordsOf(name, "store_info")).toMatchObject([{ layout: 2 }]);
});

test("a database of another program, and a kind with other indexes, are refused", async () => {
  (await rawConnection(name)).close();
  await expect(indexeddbStore({ name })).rejects.toMatchObject({ reason: "not_a_throughline_database" });
  const other = databaseName();
  await (await indexeddbStore({ name: other, kinds: [testItems] })).close();
  const changed = { ...testItems, shapes: { ...testItems.shapes, size: ["size"] } };
  await expect(indexeddbStore({ name: other, kinds: [changed] })).rejects.toMatchObject({
    reason: "kind_changed",
  });
});

test("[M6] a check finds positions and counts that are wrong", async () => {
  const store = guardStore(await indexeddbStore({ name }));
  const throughline = new Throughline(store);
  const session = await throughline.sessions.create({ title: "checked" });
  await throughline.messages.append(session.id, [
    { role: "user", content: "a" },
    { role: "user", content: "b" },
  ]);
  expect(await store.check()).toEqual([]);
  const database = await rawConnection(name);
  const transaction = database.transaction("messages", "readwrite");
  const messages = transaction.objectStore("messages");
  messages.delete((await answerOf<IDBValidKey[]>(messages.getAllKeys()))[0] as IDBValidKey);
  await endOf(transaction);
  database.close();
  expect(await store.check()).toMatchObject([
    { problem: "missing_positions", session: session.id },
    { problem: "wrong_counts", session: session.id },
  ]);
  await throughline.close();
});

async function changeLayout(layout: number): Promise<void> {
  const database = await rawConnection(name);
  const transaction = database.transaction("store_info", "readwrite");
  transaction.objectStore("store_info").put({ layout, incarnation: "1" }, "store");
  await endOf(transaction);
  database.close();
}
