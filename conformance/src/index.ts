/** The rules of the store contract as tests, for any backend and any test runner. */
export { type ConformanceOptions, type RunnerContext, runConformance } from "./run-conformance.ts";
export type { ConformanceTest, Need, OpenForTest, OpenStore } from "./conformance-test.ts";
export { testItems, testKinds, testLeases, testNotes, testPieces, testVectors } from "./kinds.ts";
