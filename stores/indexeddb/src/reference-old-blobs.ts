/** What the second layout asks of a database of the first: references to its large values. */
import {
  type InsertReferences,
  type Row,
  type Store,
  blobReferences,
  keyOf,
  referenceBlobs,
} from "@throughline/core";
import type { Connection, StoreInfo } from "./connection.ts";
import { entryOf, storedKey } from "./keys.ts";
import { lastCommitTimes } from "./prune.ts";
import { answerOf, endOf } from "./requests.ts";

/** Does what is left of it. A tab that is closed meanwhile leaves it to the next. */
export async function referenceOldBlobs(connection: Connection, store: Store): Promise<void> {
  const database = await connection.open();
  const before = database.transaction("store_info", "readonly").objectStore("store_info");
  if ((await answerOf<StoreInfo>(before.get("store"))).unreferenced !== true) return;
  const tenants = await lastCommitTimes(database.transaction(["tenants", "feed"], "readonly"));
  const insert = insertReferences(connection);
  for (const [tenant, time] of tenants) await referenceBlobs(store, tenant, time, insert);
  const transaction = (await connection.open()).transaction("store_info", "readwrite");
  const info = transaction.objectStore("store_info");
  const { unreferenced: _, ...done } = await answerOf<StoreInfo>(info.get("store"));
  info.put(done satisfies StoreInfo, "store");
  await endOf(transaction);
}

/** @internal exported for tests */
export function insertReferences(connection: Connection): InsertReferences {
  return async (tenant, references) => {
    const database = await connection.open();
    const transaction = database.transaction(blobReferences.name, "readwrite", { durability: "strict" });
    await Promise.all([
      ...references.map((row) => insertNew(transaction.objectStore(blobReferences.name), tenant, row)),
      endOf(transaction),
    ]);
  };
}

async function insertNew(store: IDBObjectStore, tenant: string, row: Row): Promise<void> {
  const key = storedKey(tenant, keyOf(blobReferences, row));
  const found = await answerOf<number>(store.count(key));
  if (found === 0) store.put(entryOf(tenant, blobReferences, row), key);
}
