/** The SQLite store finds what the memory store finds, however much of it is indexed yet. */
import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { GuardedStore, SearchFilter, Write } from "@throughline/core";
import { guardStore, parseTextQuery } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteStore } from "./sqlite-store.ts";
import { insertSession, newMessage } from "./test/records.ts";

const tenants = ["one", "two"] as const;
const users = ["ada", "bob", "日本 %s1"] as const;
const words = fc.constantFrom(
  "alpha",
  "Beta",
  "getUserById",
  "get_user_by_id",
  "src/auth/login.ts",
  "日本語",
  "日",
  "café",
  "CAFE\u0301",
  "s1",
  "t1",
  "AND",
  '"',
  "-",
  "*",
  "👩‍💻",
  "a*",
  "s*",
  "u*",
  "NEAR(",
);
const text = fc.array(words, { minLength: 0, maxLength: 8 }).map((parts) => parts.join(" "));
const session = fc.constantFrom("x", "y", "z");
const messageId = fc.integer({ min: 1, max: 6 }).map(String);

const appending = fc
  .tuple(session, messageId, text, fc.constantFrom("user", "assistant"), fc.integer({ min: 0, max: 3 }))
  .map(([id, message, content, role, createdAt]): Write => ({
    type: "append",
    session: [id],
    messages: [newMessage({ id: message, content, role, createdAt })],
    exists: "replace",
  }));
const removing = fc
  .tuple(session, fc.integer({ min: 1, max: 4 }))
  .map(([id, seq]): Write => ({ type: "remove", kind: "messages", key: [id, seq] }));
const changing = fc
  .tuple(
    session,
    fc.oneof(
      fc.record({ userId: fc.constantFrom(...users) }),
      fc.record({ hiddenAt: fc.constantFrom(0, 5) }),
      fc.record({ projectId: fc.constantFrom("", "p") }),
    ),
  )
  .map(([id, set]): Write => ({ type: "update", kind: "sessions", key: [id], set }));
const erasing = session.map((id): Write => ({ type: "remove", kind: "sessions", key: [id] }));
const write = fc.oneof(
  { weight: 12, arbitrary: appending },
  { weight: 3, arbitrary: removing },
  { weight: 4, arbitrary: changing },
  { weight: 1, arbitrary: erasing },
);
const where = fc.option(
  fc.oneof(
    fc.record({ session }),
    fc.record({ user: fc.constantFrom(...users) }),
    fc.record({ project: fc.constantFrom("p", "q") }),
    fc.record({ role: fc.constantFrom("user", "assistant") }),
    fc.record({ since: fc.integer({ min: 0, max: 3 }), until: fc.integer({ min: 0, max: 4 }) }),
  ),
  { nil: undefined },
);
const searching = fc.record({
  query: fc.array(words, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(" ")),
  where,
  order: fc.constantFrom("rank" as const, "recent" as const),
});
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ write, tenant: fc.constantFrom(...tenants) }) },
  { weight: 4, arbitrary: fc.record({ search: searching, tenant: fc.constantFrom(...tenants) }) },
  { weight: 1, arbitrary: fc.constant("reopen" as const) },
);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-search-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Searching {
  readonly query: string;
  readonly where: SearchFilter | undefined;
  readonly order: "rank" | "recent";
}

async function findHits(
  store: GuardedStore,
  tenant: string,
  { query, where: filter, order }: Searching,
): Promise<string[]> {
  const { hits } = await store.search({
    tenant,
    text: parseTextQuery(query),
    order,
    limit: 1_000,
    skip: 0,
    ...(filter === undefined ? {} : { where: filter }),
  });
  return hits.map((hit) => `${hit.session} ${hit.seq}`).toSorted();
}

/** The result of a write, or why it was refused. */
async function outcomeOf(store: GuardedStore, tenant: string, given: Write): Promise<unknown> {
  try {
    return (await store.commit({ tenant, writes: [given] })).results;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

test("[S1] the same hits as the memory store, after any writes, indexed or not", async () => {
  let file = 0;
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 40 }),
    fc.boolean(),
    async (steps, isIndexed) => {
      file += 1;
      const clock = (): number => 10;
      const path = join(folder, `${file}.db`);
      const open = async (): Promise<GuardedStore> =>
        guardStore(await sqliteStore({ path, durability: "process-crash" }), { clock });
      const memory = guardStore(memoryStore(), { clock });
      let sqlite = await open();
      try {
        for (const store of [memory, sqlite]) {
          for (const tenant of tenants) {
            const inserts = ["x", "y", "z"].map((id, index) =>
              insertSession({ id, userId: users[index] ?? "" }),
            );
            const messages = ["1", "2"].map((id) =>
              newMessage({ id, content: "alpha getUserById 日本語 s1" }),
            );
            const appends = ["x", "y", "z"].map((id): Write => ({
              type: "append",
              session: [id],
              messages,
              exists: "fail",
            }));
            await store.commit({ tenant, writes: [...inserts, ...appends] });
          }
        }
        if (isIndexed) {
          // Closing indexes what is left.
          await sqlite.close();
          sqlite = await open();
        }
        for (const given of steps) {
          if (given === "reopen") {
            await sqlite.close();
            sqlite = await open();
          } else if ("write" in given) {
            const outcome = await outcomeOf(sqlite, given.tenant, given.write);
            const expected = await outcomeOf(memory, given.tenant, given.write);
            assert.deepEqual(outcome, expected);
          } else if (parseTextQuery(given.search.query).required.length > 0) {
            const hits = await findHits(sqlite, given.tenant, given.search);
            assert.deepEqual(hits, await findHits(memory, given.tenant, given.search));
          }
        }
      } finally {
        await sqlite.close();
      }
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

test("more messages than a search reads unindexed are indexed first, staged ones too", async () => {
  const tenant = "one";
  const store = guardStore(await sqliteStore({ path: join(folder, "long.db"), durability: "process-crash" }));
  await store.commit({ tenant, writes: [insertSession({ id: "x" })] });
  const staged = new TextEncoder().encode(JSON.stringify("a staged pangolin"));
  const pieces = [staged.slice(0, 7), staged.slice(7)].map((bytes, piece): Write => ({
    type: "insert",
    kind: "blob_pieces",
    record: { hash: "h", piece, bytes },
    exists: "keep",
  }));
  await store.commit({ tenant, writes: pieces, quiet: { durable: true } });
  for (let batch = 0; batch < 5; batch += 1) {
    const messages = Array.from({ length: 1_000 }, (_, index) =>
      newMessage({ id: `${batch}-${index}`, content: `word${index % 7}` }),
    );
    await store.commit({ tenant, writes: [{ type: "append", session: ["x"], messages, exists: "fail" }] });
  }
  const blob = newMessage({ id: "blob", content: "h", contentFormat: "blob" });
  await store.commit({
    tenant,
    writes: [{ type: "append", session: ["x"], messages: [blob], exists: "fail" }],
  });
  const search = (query: string): Promise<string[]> =>
    findHits(store, tenant, { query, where: undefined, order: "rank" });
  expect(await search("pangolin")).toEqual(["x 5001"]);
  expect((await search("word3")).length).toBe(715);
  await store.close();
});

test("a search answers while more is written than can be indexed", async () => {
  const tenant = "one";
  const path = join(folder, "busy.db");
  const writer = guardStore(await sqliteStore({ path, durability: "process-crash" }));
  const store = guardStore(await sqliteStore({ path, durability: "process-crash" }));
  await writer.commit({ tenant, writes: [insertSession({ id: "x" })] });
  const writeBatch = async (batch: number): Promise<void> => {
    const messages = Array.from({ length: 900 }, (_, index) =>
      newMessage({ id: `${batch}-${index}`, content: index === 0 ? "pangolin" : "word" }),
    );
    await writer.commit({ tenant, writes: [{ type: "append", session: ["x"], messages, exists: "fail" }] });
  };
  const before = 5;
  for (let batch = 0; batch < before; batch += 1) await writeBatch(batch);
  const progress = { batches: before, isAnswered: false };
  const answer = findHits(store, tenant, { query: "pangolin", where: undefined, order: "rank" }).finally(
    () => {
      progress.isAnswered = true;
    },
  );
  for (; !progress.isAnswered && progress.batches < 100; progress.batches += 1) {
    await writeBatch(progress.batches);
    await nextTurn();
  }
  expect(progress.batches).toBeLessThan(100);
  expect((await answer).length).toBeGreaterThanOrEqual(before);
  await writer.close();
  await store.close();
});
