/** Large texts have several rows in the index, are made ready in turns with others, and are found as others are. */
import { mkdtemp, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuardedStore, SearchFilter, StoredRecord, Write } from "@throughline/core";
import { guardStore, parseTextQuery, tokenizeInSteps } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SearchedMessage } from "./changed-messages.ts";
import { makeBatches, shortBatches } from "./index-batches.ts";
import { sqliteStore } from "./sqlite-store.ts";
import { insertSession, newMessage } from "./test/records.ts";

const tenant = "one";
/** Words that are all different: `w0 w1 …`, with some that tell where they are. */
const numbers = Array.from({ length: 80_000 }, (_, index) => `w${index}`);
const large = [
  "Quince",
  ...numbers.slice(0, 40_000),
  "pangolin",
  ...numbers.slice(40_000),
  "src/getMedlar.ts",
].join(" ");

let folder = "";
let store: GuardedStore;
let memory: GuardedStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-large-"));
  store = guardStore(await sqliteStore({ path: join(folder, "store.db"), durability: "process-crash" }));
  memory = guardStore(memoryStore());
});
afterEach(async () => {
  await store.close();
  await memory.close();
  await rm(folder, { recursive: true });
});

async function commit(...writes: Write[]): Promise<void> {
  for (const one of [store, memory]) {
    for (const write of writes) await one.commit({ tenant, writes: [write] });
  }
}

function append(given: StoredRecord & { readonly id: string }): Write {
  return { type: "append", session: ["x"], messages: [newMessage(given)], exists: "replace" };
}

async function find(from: GuardedStore, query: string, where?: SearchFilter): Promise<string[]> {
  const text = parseTextQuery(query);
  const asked = { tenant, text, limit: 100, skip: 0, ...(where === undefined ? {} : { where }) };
  const ranked = await from.search({ ...asked, order: "rank" });
  const recent = await from.search({ ...asked, order: "recent" });
  const [hits, others] = [ranked, recent].map((found) =>
    found.hits.map(({ session, seq }) => `${session} ${seq}`).toSorted(),
  );
  expect(others).toEqual(hits);
  return hits ?? [];
}

const queries = [
  "quince",
  "quince pangolin medlar",
  "quince -pangolin",
  "pangolin small",
  "small -quince",
  "getMedlar",
  "w79999 small*",
  "nowhere quince",
  `"w1 w3"`,
];
/** The longest phrases over each place where a slice ends, with every number of their words before it. */
const phrases: string[][] = [];
const steps = [...tokenizeInSteps(large)].map(({ words }) => words);
const words = steps.flat();
for (const [index] of steps.slice(1).entries()) {
  const border = steps.slice(0, index + 1).flat().length;
  for (let before = 1; before < 64; before += 1) {
    phrases.push(words.slice(border - before, border - before + 64));
  }
}
const filters: (SearchFilter | undefined)[] = [
  undefined,
  { session: "x" },
  { session: "y" },
  { role: "tool" },
  { user: "bob" },
];

async function expectSameHits(some: readonly string[]): Promise<void> {
  for (const where of filters) {
    for (const query of some) {
      expect([query, where, await find(store, query, where)]).toEqual([
        query,
        where,
        await find(memory, query, where),
      ]);
    }
  }
}

function countSlices(): unknown {
  const database = new DatabaseSync(join(folder, "store.db"), { readOnly: true });
  try {
    return database.prepare("SELECT count(*) AS slices FROM search_index_docsize WHERE id < 0").get()?.slices;
  } finally {
    database.close();
  }
}

test(
  "[S2] words and phrases of a large text are found in any of its slices",
  { timeout: 60_000 },
  async () => {
    await commit(
      insertSession({ id: "x" }),
      insertSession({ id: "y", userId: "bob" }),
      append({ id: "1", content: "a small quince" }),
      append({ id: "2", content: large, role: "tool" }),
      append({ id: "3", content: "small pangolin w79999" }),
    );
    await store.search({ tenant, text: parseTextQuery("quince"), order: "rank", limit: 1, skip: 0 });
    expect(countSlices()).toBe(Math.floor(large.length / 65_536) + 1);
    await expectSameHits(queries);
    expect(phrases.length).toBe(63 * (Number(countSlices()) - 1));
    for (const phrase of phrases) {
      expect([phrase[0], await find(store, `"${phrase.join(" ")}"`)]).toEqual([phrase[0], ["x 2"]]);
    }
    expect(await store.check()).toEqual([]);
  },
);

test("[S1] a large text that was replaced, removed or erased leaves no slice", async () => {
  const some = ["quince", "pangolin", "small"];
  await commit(
    insertSession({ id: "x" }),
    append({ id: "1", content: large }),
    append({ id: "2", content: large }),
  );
  await expectSameHits(some);
  await commit(append({ id: "1", content: "a small plum" }));
  await expectSameHits(some);
  await commit({ type: "remove", kind: "messages", key: ["x", 2] });
  await expectSameHits(some);
  await store.close();
  store = guardStore(await sqliteStore({ path: join(folder, "store.db") }));
  expect(countSlices()).toBe(0);

  await commit(append({ id: "1", content: large }), append({ id: "3", content: "small" }));
  await expectSameHits(some);
  await commit(append({ id: "1", content: large.slice(0, 300_000) }));
  await expectSameHits(some);
  await store.close();
  store = guardStore(await sqliteStore({ path: join(folder, "store.db") }));
  expect(countSlices()).toBe(5);
  await commit({ type: "remove", kind: "sessions", key: ["x"] });
  expect(countSlices()).toBe(0);
  await expectSameHits(some);
  expect(await store.check()).toEqual([]);
});

const message: SearchedMessage = {
  messageKey: 1,
  tenant: 1,
  sessionKey: 1,
  seq: 1,
  role: "tool",
  createdAt: 0,
  isRemoved: false,
  revision: 1,
  content: "hash",
  contentFormat: "blob",
};

test("others have a turn after each 64 Ki units of text, and no transaction writes much more than its share", async () => {
  const text = "word ".repeat(1_000_000);
  let turns = 0;
  let most = 0;
  const rest = async (): Promise<void> => void (turns += 1);
  for await (const { entries } of makeBatches([message], shortBatches, async () => text, rest)) {
    most = Math.max(
      most,
      entries.reduce((sum, { texts }) => sum + (texts?.words.length ?? 0), 0),
    );
  }
  expect(turns).toBe(Math.ceil(text.length / (64 * 1024 + 2)));
  expect(most).toBeLessThan(shortBatches.characters + 128 * 1024);
});

test("many small texts leave others their turns, too", async () => {
  const small = Array.from({ length: 1_000 }, (_, index) => ({
    ...message,
    messageKey: index,
    content: "word ".repeat(200),
    contentFormat: "",
  }));
  let turns = 0;
  const rest = async (): Promise<void> => void (turns += 1);
  for await (const batch of makeBatches(small, shortBatches, async () => "", rest)) void batch;
  expect(turns).toBeGreaterThanOrEqual(Math.floor(1_000_000 / (64 * 1024 + 1_000)));
});
