/** The shortcut for the common append does what the general rules do. */
import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Append, Batch, CheckedBatch, GuardedStore, StoredRecord, Write } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPlainAppend } from "@throughline/store-sql";
import { appendPlainly } from "./append-plainly.ts";
import { openConnection } from "./open-file.ts";
import { Scope } from "./scope.ts";
import { sqliteStore } from "./sqlite-store.ts";
import { insertSession, newMessage, tenant } from "./test/records.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-append-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const session = fc.constantFrom("x", "y");
/** Mostly new ids, as in life; now and then one that is there. */
const id = fc.integer({ min: 1, max: 60 }).map(String);
/** Mostly nothing, as in life. */
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const parent = fc.oneof(fc.integer({ min: 0, max: 6 }), id);

const append = fc
  .record({
    session,
    ids: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }),
    content: fc.constantFrom("one", "two"),
    tokenCount: fc.integer({ min: 0, max: 9 }),
    exists: fc.constantFrom("fail", "keep", "same", "replace"),
    at: maybe(fc.integer({ min: 1, max: 8 })),
    parent: maybe(parent),
    moveHead: maybe(fc.boolean()),
    activity: maybe(fc.integer({ min: 0, max: 200 })),
  })
  .map(
    ({ session: to, ids, content, tokenCount, exists, at, parent: follows, moveHead, activity }): Append => {
      const messages = ids.map((message, index) => ({
        ...newMessage({ id: message, content, tokenCount }),
        ...(follows === undefined || index > 0 ? undefined : { parent: follows }),
      }));
      const given = { at, moveHead, activity };
      const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      return { type: "append", session: [to], messages, exists, ...options };
    },
  );
const change = fc
  .tuple(
    session,
    fc.constantFrom<StoredRecord>(
      { status: "expired" },
      { status: "expired", hiddenAt: 0 },
      { hiddenAt: 7 },
      { hiddenAt: 0 },
      { title: "new" },
    ),
  )
  .map(([key, set]): Write => ({ type: "update", kind: "sessions", key: [key], set }));
const removal = fc
  .tuple(session, fc.integer({ min: 1, max: 5 }))
  .map(([key, seq]): Write => ({ type: "remove", kind: "messages", key: [key, seq] }));
const operation = maybe(fc.constantFrom("a", "b", "c").map((name) => ({ id: name, fingerprint: "same" })));
const batch = fc
  .tuple(
    fc.oneof(
      { weight: 12, arbitrary: append },
      { weight: 4, arbitrary: change },
      { weight: 1, arbitrary: removal },
    ),
    operation,
  )
  .map(([write, named]): Batch => ({
    tenant,
    writes: [write],
    ...(named === undefined ? undefined : { operation: named }),
  }));

async function outcomeOf(store: GuardedStore, given: Batch): Promise<unknown> {
  try {
    return await store.commit(given);
  } catch (error) {
    const { code, reason, message } = error as { code?: string; reason?: string; message: string };
    return { code, reason, message };
  }
}

/** Everything that the store holds, and its feed. */
async function readAll(store: GuardedStore): Promise<unknown> {
  const page = { shape: "key", prefix: [], direction: "forward", limit: 1_000, hidden: true } as const;
  const { position, answers } = await store.read({
    tenant,
    requests: ["sessions", "messages", "branches"].map((kind) => ({ type: "query", kind, ...page }) as const),
  });
  const { entries } = await store.changes({ tenant, limit: 1_000 });
  return { position, answers, entries };
}

test("[C20, C24, C27] any appends end as they do in the memory store", async () => {
  let file = 0;
  const property = fc.asyncProperty(
    fc.array(batch, { minLength: 1, maxLength: 25, size: "max" }),
    async (batches) => {
      let now = 100;
      const clock = (): number => now;
      file += 1;
      const path = join(folder, `${file}.db`);
      const memory = guardStore(memoryStore(), { clock });
      const sqlite = guardStore(await sqliteStore({ path, durability: "process-crash" }), { clock });
      try {
        const writes = ["x", "y"].map((name) => insertSession({ id: name }));
        for (const store of [memory, sqlite]) await store.commit({ tenant, writes });
        for (const given of batches) {
          now += 1;
          assert.deepEqual(await outcomeOf(sqlite, given), await outcomeOf(memory, given));
        }
        assert.deepEqual(await readAll(sqlite), await readAll(memory));
      } finally {
        await sqlite.close();
      }
    },
  );
  await fc.assert(property, { numRuns: 120 });
});

test("the shortcut is taken for new messages, and leaves no trace where it is not", async () => {
  const path = join(folder, "store.db");
  const store = guardStore(await sqliteStore({ path, durability: "process-crash" }));
  await store.commit({ tenant, writes: [insertSession({ id: "x" })] });
  await store.close();
  const connection = openConnection({ path, readOnly: false, synced: false });
  const run = (ids: readonly string[]): unknown => {
    const writes: Append[] = [
      {
        type: "append",
        session: ["x"],
        messages: ids.map((name) => newMessage({ id: name })),
        exists: "same",
      },
    ];
    const given: CheckedBatch = { tenant, writes, now: 1 };
    const plain = findPlainAppend(given);
    return plain === undefined ? "another batch" : appendPlainly(new Scope(connection, 1), given, plain);
  };
  const readState = (): unknown =>
    ["message_rows", "session_logs", "changes", "operations"].map((table) =>
      connection.readRows(`SELECT * FROM ${table}`),
    );
  expect(run(["a", "b"])).toMatchObject({ position: 2, results: [{ messages: [{ seq: 1 }, { seq: 2 }] }] });
  const before = readState();
  expect(run(["c", "b"])).toBeUndefined();
  expect(readState()).toEqual(before);
  connection.close();
});
