/** A store in an SQLite file. */
export { type SqliteStoreOptions, sqliteStore } from "./sqlite-store.ts";
export { renewIncarnation } from "./renew-incarnation.ts";
