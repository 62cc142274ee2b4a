/** Histories: what writers were told, and whether a store kept to it, after whatever happened to it meanwhile. */
export { historyTenant } from "./entry-batch.ts";
export { findBrokenPromises } from "./find-broken-promises.ts";
export {
  type EntryPlace,
  type HistoryEvent,
  ToldHistory,
  type WriterOptions,
  beginHistory,
  writeEntry,
  writeHistory,
} from "./write-history.ts";
