/** A Throughline server as a store. */
export { type HttpStoreOptions, httpStore } from "./http-store.ts";
