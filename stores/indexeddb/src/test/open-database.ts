/** Databases in a fake IndexedDB, which lives as long as the process. */
import { IDBKeyRange, indexedDB } from "fake-indexeddb";
import type { OpenForTest } from "@throughline/conformance";
import { indexeddbStore } from "../indexeddb-store.ts";

Object.assign(globalThis, { indexedDB, IDBKeyRange });

let databases = 0;

export function databaseName(): string {
  databases += 1;
  return `database-${databases}`;
}

export const openDatabase: OpenForTest = async ({ kinds }) => {
  const name = databaseName();
  const open = () => indexeddbStore({ name, kinds });
  const store = await open();
  return {
    store,
    reopen: open,
    openAnother: open,
    dispose: async () => {
      await store.close();
      indexedDB.deleteDatabase(name);
    },
  };
};
