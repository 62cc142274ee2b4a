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
export { raceLargeValues, shareLargeValue } from "./large-values.ts";
export { type SilentLink, commitInSilence, readInSilence } from "./silent-link.ts";
export { type ToldWriter, writeAsTold } from "./write-as-told.ts";
export { type StartWriter, WriterFleet, type WriterProgram } from "./writer-fleet.ts";
