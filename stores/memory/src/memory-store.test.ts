import type { OpenForTest } from "@throughline/conformance";
import { runConformance } from "@throughline/conformance";
import { compareStores } from "@throughline/conformance/property";
import type { PortableSearchOptions } from "@throughline/core";
import { describe, test } from "vitest";
import { type MemoryStoreOptions, memoryStore } from "./memory-store.ts";

function openWith(options: MemoryStoreOptions): OpenForTest {
  return async ({ kinds }) => {
    const store = memoryStore({ ...options, kinds });
    return { store, dispose: () => store.close() };
  };
}

/** Everything is indexed at once, in segments of few messages that are merged often. */
const eager: PortableSearchOptions = {
  tailLimit: 2,
  smallestBatch: 1,
  largestBatch: 7,
  fanOut: 2,
  eraseAfterMs: 0,
  idleMs: 0,
  settleMs: 0,
};

describe("searched by reading", () => {
  runConformance({ test, open: openWith({}) });
});
describe("searched by the portable index", () => {
  runConformance({ test, open: openWith({ search: "index" }) });
});
describe("searched by the portable index in small pieces", () => {
  runConformance({ test, open: openWith({ search: "index", index: eager }) });
});

test("random commands have the same answers by the portable index as by reading", async () => {
  await compareStores({
    reference: openWith({}),
    open: openWith({ search: "index", index: eager }),
    runs: Number(process.env["PROPERTY_RUNS"] ?? 100),
  });
});
