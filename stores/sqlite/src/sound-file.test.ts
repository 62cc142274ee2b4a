import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuardedStore, StoredRecord, Write } from "@throughline/core";
import { completeRecord, guardStore, isThroughlineError, messages, sessions } from "@throughline/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sqliteStore } from "./index.ts";

const sessionIds = ["a", "b", "c"];
const tenants = ["one", "two"];
const sessionId = fc.constantFrom(...sessionIds);
const exists = fc.constantFrom("fail" as const, "keep" as const, "same" as const, "replace" as const);

/** The fields that an append takes. */
function messageRecord(id: string, content: string, tokenCount: number): StoredRecord {
  const given = new Set(["sessionId", "seq", "parentSeq", "removedAt"]);
  const record = completeRecord(messages, { id, role: "user", content, tokenCount });
  return Object.fromEntries(Object.entries(record).filter(([name]) => !given.has(name)));
}

const message = fc
  .record({
    id: fc.nat(40).map(String),
    content: fc.constantFrom("one", "two"),
    tokens: fc.nat(5),
    parent: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(3) }),
  })
  .map(({ id, content, tokens, parent }) => ({
    record: messageRecord(id, content, tokens),
    ...(parent === undefined ? undefined : { parent }),
  }));

function insert(id: string, listed: boolean): Write {
  const record = completeRecord(sessions, { id, userId: "local", status: "active", listed });
  return { type: "insert", kind: "sessions", record, exists: "keep" };
}

const append = fc
  .tuple(
    sessionId,
    fc.uniqueArray(message, { minLength: 1, maxLength: 4, selector: ({ record }) => record.id }),
    exists,
  )
  .map(([id, added, policy]): Write => ({ type: "append", session: [id], messages: added, exists: policy }));
const update = fc
  .tuple(sessionId, fc.boolean())
  .map(([id, listed]): Write => ({ type: "update", kind: "sessions", key: [id], set: { listed } }));
const removeMessage = fc
  .tuple(sessionId, fc.integer({ min: 1, max: 12 }))
  .map(([id, seq]): Write => ({ type: "remove", kind: "messages", key: [id, seq] }));
const removeSession = sessionId.map((id): Write => ({ type: "remove", kind: "sessions", key: [id] }));

const write = fc.oneof(
  { weight: 20, arbitrary: append },
  { weight: 6, arbitrary: removeMessage },
  { weight: 3, arbitrary: update },
  { weight: 1, arbitrary: removeSession },
);
const step = fc.oneof(
  { weight: 15, arbitrary: write },
  { weight: 1, arbitrary: fc.constant("prune" as const) },
);

async function carryOut(store: GuardedStore, next: Write | "prune", tenant: string): Promise<void> {
  if (next === "prune") return store.prune({ changes: store.now() + 1, operations: 0 });
  try {
    await store.commit({ tenant, writes: [next] });
  } catch (error) {
    // Conflicts, and sessions that are not there, are the point.
    if (!isThroughlineError(error) || error.outcome !== "refused") throw error;
  }
}

const steps = fc.array(fc.tuple(step, fc.constantFrom(...tenants)), {
  minLength: 10,
  maxLength: 60,
  size: "max",
});

test("whatever is written, the check finds nothing wrong", async () => {
  const folder = mkdtempSync(join(tmpdir(), "throughline-sound-"));
  let files = 0;
  try {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        files += 1;
        const store = guardStore(await sqliteStore({ path: join(folder, `${files}.db`) }));
        for (const tenant of tenants) {
          for (const id of sessionIds) await store.commit({ tenant, writes: [insert(id, true)] });
        }
        for (const [next, tenant] of given) await carryOut(store, next, tenant);
        const problems = await store.check();
        await store.close();
        expect(problems).toEqual([]);
      }),
      { numRuns: 30 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
