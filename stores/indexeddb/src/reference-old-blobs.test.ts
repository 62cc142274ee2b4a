import {
  type Row,
  type Store,
  Throughline,
  guardStore,
  productKinds,
  referenceBlobs,
} from "@throughline/core";
import { expect, test } from "vitest";
import { Connection } from "./connection.ts";
import { indexeddbStore } from "./indexeddb-store.ts";
import type { Entry } from "./keys.ts";
import { insertReferences } from "./reference-old-blobs.ts";
import { answerOf, endOf } from "./requests.ts";
import { databaseName } from "./test/open-database.ts";
import { rawConnection, recordsOf } from "./test/raw-database.ts";

const tenant = "default";

/** A database of the first layout: large values, one of them of a session in the trash, and nobody noted who holds them. */
async function writeFirstLayout(
  name: string,
): Promise<{ living: string; deleted: string; references: Row[] }> {
  const tl = new Throughline(guardStore(await indexeddbStore({ name })), { tenant });
  const [one, other, own] = ["a", "b", "c"].map((letter) => letter.repeat(100_000)) as [
    string,
    string,
    string,
  ];
  const living = (await tl.sessions.create()).id;
  await tl.messages.append(living, [
    { role: "tool", content: one },
    { role: "tool", content: [{ type: "text", text: other }] },
    { role: "tool", content: "small", native: { format: "tool", text: own } },
  ]);
  const deleted = (await tl.sessions.create()).id;
  await tl.messages.append(deleted, [{ role: "tool", content: one }]);
  await tl.sessions.delete(deleted);
  await tl.close();
  const references = await rowsOf(name, "blob_references");
  const database = await rawConnection(name);
  const transaction = database.transaction(["blobs", "blob_references", "store_info"], "readwrite");
  transaction.objectStore("blob_references").clear();
  transaction.objectStore("store_info").put({ layout: 1, incarnation: "1" }, "store");
  const blobs = transaction.objectStore("blobs");
  const entries = await answerOf<Entry[]>(blobs.getAll());
  const keys = await answerOf<IDBValidKey[]>(blobs.getAllKeys());
  entries.forEach(({ row, ...entry }, index) => {
    const { encoding: _encoding, touchedAt: _touchedAt, ...older } = row;
    blobs.put({ ...entry, row: older }, keys[index]);
  });
  await endOf(transaction);
  database.close();
  return { living, deleted, references };
}

async function rowsOf(name: string, kind: string): Promise<Row[]> {
  return ((await recordsOf(name, kind)) as Entry[]).map(({ row }) => row);
}

async function blobsOf(name: string): Promise<Row[]> {
  return (await rowsOf(name, "blobs")).filter(({ hash }) => /^[0-9a-f]{64}$/.test(hash as string));
}

test("[M11] a database of the first layout learns who holds its large values, which go with the last holder", async () => {
  const name = databaseName();
  const { living, deleted, references } = await writeFirstLayout(name);
  expect(references).toHaveLength(4);
  const tl = new Throughline(guardStore(await indexeddbStore({ name })), { tenant });
  expect(await rowsOf(name, "blob_references")).toEqual(references);
  expect((await blobsOf(name)).every(({ touchedAt, createdAt }) => touchedAt === createdAt)).toBe(true);
  expect(await recordsOf(name, "store_info")).toEqual([{ layout: 2, incarnation: "1" }]);
  expect((await tl.sessions.delete(living, { erase: true })).removed).toMatchObject({ blobs: 2 });
  expect(await blobsOf(name)).toHaveLength(1);
  await tl.sessions.delete(deleted, { erase: true });
  expect([await blobsOf(name), await rowsOf(name, "blob_references")]).toEqual([[], []]);
  await tl.close();
});

class Closed extends Error {}

/** A store above the database as it is. */
async function openUnreferenced(name: string): Promise<Store> {
  const info = { layout: 2, incarnation: "1" };
  const database = await rawConnection(name);
  const transaction = database.transaction("store_info", "readwrite");
  transaction.objectStore("store_info").put(info, "store");
  await endOf(transaction);
  database.close();
  return indexeddbStore({ name });
}

test("a tab that is closed meanwhile leaves it to the next, and no value goes before all references are there", async () => {
  const name = databaseName();
  const { references } = await writeFirstLayout(name);
  const connection = new Connection(name, productKinds, 1_000);
  // As a tab finds it that comes after one that had only begun.
  const raw = await openUnreferenced(name);
  const insert = insertReferences(connection);
  let writes = 0;
  for (let isDone = false; !isDone; writes += 1) {
    let left = writes;
    const spend = (): void => {
      left -= 1;
      if (left < 0) throw new Closed();
    };
    const closing: Pick<Store, "read" | "commit"> = {
      read: (input, options) => raw.read(input, options),
      commit: async (batch, options) => {
        spend();
        return raw.commit(batch, options);
      },
    };
    isDone = await referenceBlobs(closing, tenant, 1, async (...given) => {
      spend();
      await insert(...given);
    }).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Closed)) throw error;
        return false;
      },
    );
    const isWhole = (await rowsOf(name, "blob_references")).length === references.length;
    const isFree = (await blobsOf(name)).some(({ touchedAt }) => touchedAt !== undefined);
    expect(isWhole || !isFree).toBe(true);
  }
  expect(writes).toBeGreaterThan(4);
  expect(await rowsOf(name, "blob_references")).toEqual(references);
  await raw.close();
  await connection.close();
});
