export { type IndexeddbStoreOptions, indexeddbCapabilities, indexeddbStore } from "./indexeddb-store.ts";
