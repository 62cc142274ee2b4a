/** A store in PostgreSQL. */
export type { PostgresStoreOptions, PostgresTimeouts } from "./options.ts";
export { postgresStore } from "./postgres-store.ts";
export { postgresCapabilities } from "./server-facts.ts";
