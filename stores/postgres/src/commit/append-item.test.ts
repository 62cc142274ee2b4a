/** The short way of the common append does what the general rules do. */
import { strict as assert } from "node:assert";
import { testKinds } from "@throughline/conformance";
import type { Batch, CheckedBatch, GuardedStore, StoredRecord, Write } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { dropEmptied, openEmptiedStore } from "../test/open-test-store.ts";
import { append, insertSession, newMessage, tenant } from "../test/records.ts";
import { makeAppendItem } from "./append-item.ts";

afterAll(dropEmptied);

const session = fc.constantFrom("x", "y");
const rarely = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { freq: 4, nil: undefined }).map((given) => given);
const usually = fc.record({
  session,
  // Mostly new ids, as in life; now and then one that is there.
  ids: fc.uniqueArray(fc.integer({ min: 1, max: 60 }).map(String), { minLength: 1, maxLength: 3 }),
  tokenCount: fc.integer({ min: 0, max: 9 }),
  exists: fc.constantFrom("fail", "keep", "same", "replace"),
  at: fc.option(fc.integer({ min: 1, max: 8 }), { freq: 4, nil: undefined }),
  moveHead: rarely(fc.boolean()),
  activity: fc.option(fc.integer({ min: 0, max: 200 }), { freq: 4, nil: undefined }),
  fromStart: fc.option(fc.constant(true), { freq: 7, nil: undefined }),
});
const appends = usually.map((given): Write => {
  const options = { at: given.at, moveHead: given.moveHead, activity: given.activity };
  return {
    type: "append",
    session: [given.session],
    messages: given.ids.map((id, index) => ({
      ...newMessage({ id, content: `text ${id}`, tokenCount: given.tokenCount }),
      ...(given.fromStart === true && index === 0 && { parent: 0 }),
    })),
    exists: given.exists,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
});
const changes = fc
  .tuple(
    session,
    fc.constantFrom<StoredRecord>({ status: "expired" }, { hiddenAt: 7 }, { hiddenAt: 0 }, { title: "new" }),
  )
  .map(([key, set]): Write => ({ type: "update", kind: "sessions", key: [key], set }));
const removals = fc
  .tuple(session, fc.integer({ min: 1, max: 5 }))
  .map(([key, seq]): Write => ({ type: "remove", kind: "messages", key: [key, seq] }));
const batches = fc
  .tuple(
    fc.oneof(
      { weight: 12, arbitrary: appends },
      { weight: 4, arbitrary: changes },
      { weight: 1, arbitrary: removals },
    ),
    fc.option(fc.constantFrom("a", "b", "c"), { freq: 4, nil: undefined }),
    fc.uuid(),
  )
  .map(([write, id, other]): Batch => ({
    tenant,
    writes: [write],
    operation: { id: id ?? other, fingerprint: "same" },
  }));

async function outcomeOf(store: GuardedStore, batch: Batch): Promise<unknown> {
  try {
    const { position: _, ...result } = await store.commit(batch);
    return result;
  } catch (error) {
    const { code, reason, message } = error as { code?: string; reason?: string; message: string };
    return { code, reason, message };
  }
}

/** Everything that the store holds, and its feed without positions. */
async function readAll(store: GuardedStore): Promise<unknown> {
  const page = { shape: "key", prefix: [], direction: "forward", limit: 1_000, hidden: true } as const;
  const { answers } = await store.read({
    tenant,
    requests: ["sessions", "messages", "branches"].map((kind) => ({ type: "query", kind, ...page }) as const),
  });
  const { entries } = await store.changes({ tenant, limit: 1_000 });
  return { answers, entries: entries.map((entry) => ({ ...entry, position: 0 })) };
}

test("[C20, C24, C27] any appends end as they do in the memory store", async () => {
  const property = fc.asyncProperty(
    fc.array(batches, { minLength: 1, maxLength: 25, size: "max" }),
    async (sequence) => {
      let now = 100;
      const opened = await openEmptiedStore({ kinds: testKinds, now: () => now });
      const [memory, postgres] = [memoryStore(), opened.store].map((store) =>
        guardStore(store, { clock: () => now }),
      ) as [GuardedStore, GuardedStore];
      try {
        const writes = ["x", "y"].map((id) => insertSession({ id }));
        for (const store of [memory, postgres]) await store.commit({ tenant, writes });
        for (const batch of sequence) {
          now += 1;
          assert.deepEqual(await outcomeOf(postgres, batch), await outcomeOf(memory, batch));
        }
        assert.deepEqual(await readAll(postgres), await readAll(memory));
        assert.deepEqual(await postgres.check(), []);
      } finally {
        await opened.dispose();
      }
    },
  );
  await fc.assert(property, { numRuns: 30 });
});

test("the short way is for plain appends only", () => {
  const plain: CheckedBatch = { tenant, writes: [append("x", "a", "b")], now: 1 };
  expect(makeAppendItem(plain)).toMatchObject({ added: 2, known_ids: ["a", "b"] });
  const fresh = { ...append("x", "a"), messages: [{ ...newMessage({ id: "a" }), fresh: true as const }] };
  expect(makeAppendItem({ ...plain, writes: [fresh] })).not.toHaveProperty("known_ids");
  const others: CheckedBatch[] = [
    { ...plain, writes: [append("x", "a"), append("y", "b")] },
    { ...plain, writes: [append("x", "a", "a")] },
    { ...plain, expect: [{ type: "present", kind: "sessions", key: ["x"] }] },
    { ...plain, writes: [{ ...append("x", "a"), session: { unique: "external", values: ["u", "", "k"] } }] },
  ];
  for (const batch of others) expect(makeAppendItem(batch)).toBeUndefined();
});
