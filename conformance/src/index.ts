/** The rules of the store contract as tests, for any backend and any test runner. */
export { type ConformanceOptions, type RunnerContext, runConformance } from "./run-conformance.ts";
export type { ConformanceTest, Need, OpenForTest, OpenOptions, OpenStore } from "./conformance-test.ts";
export { testItems, testKinds, testLeases, testNotes, testPieces, testVectors } from "./kinds.ts";

// The services above a store
export { refuseBadInput } from "./refuse-bad-input.ts";

// To show that the suite can fail
export { type Finding, findBrokenRules, rulesOf } from "./find-broken-rules.ts";
export { type PlantedBug, plantedBugs } from "./planted-bugs.ts";
export { type Loss, type LosingStore, losingStore } from "./losing-store.ts";

// To show that a store keeps its promises while its server is killed and its links are cut
export {
  type EntryPlace,
  type HistoryEvent,
  type SilentLink,
  type StartWriter,
  ToldHistory,
  type ToldWriter,
  WriterFleet,
  type WriterOptions,
  type WriterProgram,
  beginHistory,
  commitInSilence,
  findBrokenPromises,
  historyTenant,
  raceLargeValues,
  readInSilence,
  shareLargeValue,
  writeAsTold,
  writeEntry,
  writeHistory,
} from "./history/index.ts";
