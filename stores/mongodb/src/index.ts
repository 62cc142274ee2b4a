export { type MongodbStoreOptions, mongodbCapabilities, mongodbStore } from "./mongodb-store.ts";
export { type Timeouts } from "./connect.ts";
