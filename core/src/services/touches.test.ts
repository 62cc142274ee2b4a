import { memoryStore } from "@throughline/store-memory";
import { sqliteStore } from "@throughline/store-sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Store } from "../contract/store.ts";
import { ThroughlineError } from "../error.ts";
import { guardStore } from "../guard/guard-store.ts";
import { Throughline } from "./throughline.ts";

/** What becomes of a quiet commit: it is refused, never arrives, or its answer does not. */
type Fault = "refused" | "before" | "after";

/** The services above a store whose next quiet commits fail as `faults` says. */
function open(store: Store, faults: Fault[]): Throughline {
  const failing: Store = {
    capabilities: { ...store.capabilities, unknownOutcomes: faults.some((fault) => fault !== "refused") },
    kinds: store.kinds,
    commit: async (batch, options) => {
      const fault = batch.quiet === undefined ? undefined : faults.shift();
      if (fault === undefined) return store.commit(batch, options);
      if (fault === "after") await store.commit(batch, options);
      throw new ThroughlineError("unavailable", "The link is down.", {
        reason: "timeout",
        outcome: fault === "refused" ? "refused" : "unknown",
      });
    },
    read: (input, options) => store.read(input, options),
    search: (input, options) => store.search(input, options),
    changes: (input, options) => store.changes(input, options),
    check: () => store.check(),
    prune: (before) => store.prune(before),
    close: () => store.close(),
  };
  // The guard goes on trying for no time at all.
  return new Throughline(guardStore(failing, { resendForMs: 0 }));
}

const faults: readonly { readonly failing: readonly Fault[] }[] = [
  { failing: ["refused", "refused", "refused", "refused"] },
  { failing: ["before"] },
  { failing: ["after"] },
  { failing: ["before", "after", "before"] },
];

test.each(faults)("readings are counted once, though their flushes fail: $failing", async ({ failing }) => {
  const folder = await mkdtemp(join(tmpdir(), "throughline-touches-"));
  const path = join(folder, "sessions.db");
  for (const store of [memoryStore(), await sqliteStore({ path, durability: "process-crash" })]) {
    const left = [...failing];
    const tl = open(store, left);
    const { memoryId } = await tl.memories.set({ user: "u", key: "k", value: "v" });
    await tl.memories.getById(memoryId);
    await tl.memories.getById(memoryId);
    // One whose record is gone keeps no other from being counted.
    const gone = await tl.memories.set({ user: "u", key: "gone", value: "v" });
    await tl.memories.getById(gone.memoryId);
    await tl.memories.delete(gone.memoryId);
    await tl.flushReads();
    await tl.memories.getById(memoryId);
    while (left.length > 0) await tl.flushReads();
    await tl.flushReads();
    const key = ["", memoryId];
    const { answers } = await tl.store.read({
      tenant: tl.tenant,
      requests: [{ type: "get", kind: "project_memories", keys: [key] }],
    });
    expect(answers[0][0]).toMatchObject({ accessedCount: 3 });
    expect(await tl.memories.getById(memoryId)).toMatchObject({ accessedCount: 3 });
    await tl.close();
  }
  await rm(folder, { recursive: true });
});
