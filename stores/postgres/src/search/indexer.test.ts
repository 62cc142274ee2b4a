/** The index as it is kept: by several processes, across kills and versions, and without words that were removed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuardedStore, Write } from "@throughline/core";
import { guardStore, parseTextQuery } from "@throughline/core";
import { bundleProgram, testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { dropSchema, withClient } from "../test/raw-connection.ts";
import { insertSession, newMessage, tenant } from "../test/records.ts";

let schema = "";
let store: GuardedStore;

async function open(): Promise<GuardedStore> {
  return guardStore(await postgresStore({ url: testPostgresUrl(), schema, pool: { maximum: 4 } }));
}

beforeEach(async () => {
  schema = testPostgresSchema();
  store = await open();
  await store.commit({ tenant, writes: [insertSession({ id: "x" }), insertSession({ id: "y" })] });
});
afterEach(async () => {
  await store.close();
  await dropSchema(schema);
});

async function append(session: string, texts: readonly string[], from = store): Promise<void> {
  const messages = texts.map((content) => newMessage({ id: `${session} ${content.slice(0, 40)}`, content }));
  const write: Write = { type: "append", session: [session], messages, exists: "fail" };
  await from.commit({ tenant, writes: [write] });
}

/** Pruning nothing indexes everything. */
const indexAll = (): Promise<void> => store.prune({ changes: 0, operations: 0 });

async function find(query: string): Promise<string[]> {
  const text = parseTextQuery(query);
  const { hits } = await store.search({ tenant, text, order: "recent", limit: 1_000, skip: 0 });
  return hits.map(({ session, seq }) => `${session} ${seq}`).toSorted();
}

/** A word of as many characters as a token has. */
function longWord(letter: string, clause: number, word: number): string {
  return `${letter.repeat(123)}q${clause + 10}${word + 10}`;
}

async function readRows<Row extends object>(sql: string): Promise<Row[]> {
  return withClient(async (client) => (await client.query<Row>(sql.replaceAll("$schema", schema))).rows);
}

async function readMessages(from: string): Promise<string[]> {
  const rows = await readRows<{ message: string }>(
    `SELECT DISTINCT concat("session_id", ' ', "seq") AS message FROM "$schema".${from} ORDER BY 1`,
  );
  return rows.map(({ message }) => message);
}

function indexedMessages(): Promise<string[]> {
  return readMessages(`"search_index"`);
}

function shownMessages(): Promise<string[]> {
  return readMessages(`"messages" WHERE "removed_at" = 0`);
}

/** The server goes on for a moment with what a killed process had asked for. */
async function untilNobodyWrites(): Promise<void> {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE "state" <> 'idle' AND "query" LIKE '%$schema%'
    AND pid <> pg_backend_pid()`;
  for (let round = 0; round < 100 && (await readRows(sql)).length > 0; round += 1) await sleep(50);
}

/** Whether the index is where the feed is. */
async function isIndexed(): Promise<boolean> {
  const [row] = await readRows<{ done: boolean }>(
    `SELECT (SELECT "position" FROM "$schema"."search_progress" WHERE "built_seq" IS NULL) =
      (SELECT max("position") FROM "$schema"."changes") AS done`,
  );
  return row?.done === true;
}

async function untilIndexed(): Promise<void> {
  for (let round = 0; round < 300 && !(await isIndexed()); round += 1) await sleep(100);
  expect(await isIndexed()).toBe(true);
}

test("what was committed is indexed a little later, with nobody asking", async () => {
  await append("x", ["a pangolin", "an aardvark"]);
  await untilIndexed();
  expect(await indexedMessages()).toEqual(["x 1", "x 2"]);
  expect(await find("pangolin")).toEqual(["x 1"]);
});

test("closing a store indexes what is left", async () => {
  await append("x", ["a pangolin"]);
  await store.close();
  expect(await isIndexed()).toBe(true);
  store = await open();
  expect(await find("pangolin")).toEqual(["x 1"]);
});

test("words that were removed or replaced, and those of erased sessions, leave the index", async () => {
  await append("x", ["a pangolin", "an aardvark", "a pangolin too"]);
  await append("y", ["a pangolin"]);
  await indexAll();
  const replacement = newMessage({ id: "x a pangolin too", content: "an otter" });
  await store.commit({
    tenant,
    writes: [
      { type: "remove", kind: "messages", key: ["x", 1] },
      { type: "append", session: ["x"], messages: [replacement], exists: "replace" },
      { type: "remove", kind: "sessions", key: ["y"] },
    ],
  });
  expect(await find("pangolin")).toEqual([]);
  await indexAll();
  const rows = await readRows<{ words: string }>(
    `SELECT "words"::text AS words FROM "$schema"."search_index"`,
  );
  expect(rows.filter(({ words }) => words.includes("pangolin"))).toEqual([]);
  expect(await indexedMessages()).toEqual(["x 2", "x 3"]);
  expect(await find("otter")).toEqual(["x 3"]);
});

test("[S2] the words of a long message are searched together, whatever slices they are in", async () => {
  const filler = Array.from({ length: 9_000 }, (_, index) => `w${index}`).join(" ");
  await append("x", [
    `1 pangolin ${filler} aardvark ${filler} getOtter`,
    `2 pangolin ${filler} badger`,
    "3 pangolin",
  ]);
  await indexAll();
  const slices = await readRows<{ slices: number }>(
    `SELECT DISTINCT "slices"::integer FROM "$schema"."search_index" ORDER BY 1`,
  );
  expect(slices).toEqual([{ slices: 1 }, { slices: 2 }, { slices: 3 }]);
  expect(await find("pangolin")).toEqual(["x 1", "x 2", "x 3"]);
  expect(await find("pangolin aardvark get_otter")).toEqual(["x 1"]);
  expect(await find("pangolin w8999")).toEqual(["x 1", "x 2"]);
  expect(await find("pangolin -aardvark")).toEqual(["x 2", "x 3"]);
  expect(await find("w5 -otter -missing")).toEqual(["x 2"]);
  expect(await find('"w8999 aardvark w0 w1" pang*')).toEqual(["x 1"]);
  expect(await find('"w8999 aardvark w1"')).toEqual([]);
});

test.each([
  // 32 clauses of 64 words of 128 characters: 0.8 MB of words, and 1.5 MB with the parts of identifiers.
  [
    "phrases",
    (clause: number) => `"${Array.from({ length: 64 }, (_, word) => longWord("ა", clause, word)).join(" ")}"`,
  ],
  [
    "identifiers",
    (clause: number) =>
      `${Array.from({ length: 60 }, (_, word) => longWord("ა", clause, word)).join("_")}_${"ა".repeat(99)}Ა${"ა".repeat(20)}`,
  ],
])("[S8] the longest queries find what they ask for: %s", async (_, makeClause) => {
  const query = Array.from({ length: 32 }, (__, clause) => makeClause(clause)).join(" ");
  await append("x", ["a pangolin", query.replaceAll('"', "")]);
  await indexAll();
  expect(await find(query)).toEqual(["x 2"]);
  expect(await find(`-pangolin ${query.slice(0, query.length / 2)}`)).toEqual(["x 2"]);
});

test("an index of another tokenizer is not searched, and is made anew", async () => {
  await append("x", ["a pangolin", "an aardvark"]);
  await indexAll();
  // As if other tokens were made of the same texts.
  await readRows(`UPDATE "$schema"."search_index" SET "words" = 'other'`);
  await readRows(`UPDATE "$schema"."search_progress" SET "version" = 'older'`);
  await append("y", ["another pangolin"]);
  expect(await find("pangolin")).toEqual(["x 1", "y 1"]);
  await indexAll();
  expect(await indexedMessages()).toEqual(["x 1", "x 2", "y 1"]);
  const rows = await readRows(`SELECT 1 FROM "$schema"."search_index" WHERE "words" @@ 'other'`);
  expect(rows).toEqual([]);
  expect(await find("pangolin")).toEqual(["x 1", "y 1"]);
});

test("processes of two versions do not make the index anew in turns", async () => {
  await append("x", ["a pangolin"]);
  await indexAll();
  for (const version of ["older", "older still"]) {
    await readRows(`UPDATE "$schema"."search_progress" SET "version" = '${version}'`);
    await append("x", [`${version} pangolin`]);
    await indexAll();
  }
  const rows = await readRows(`SELECT "version" FROM "$schema"."search_progress"`);
  expect(rows).toEqual([{ version: "older still" }]);
  expect(await find("pangolin")).toEqual(["x 1", "x 2", "x 3"]);
});

test("where the feed was pruned before it was followed, the index is made anew", async () => {
  await append("x", ["a pangolin"]);
  await indexAll();
  await append("x", ["a pangolin too"]);
  const last = `SELECT max("position") FROM "$schema"."changes"`;
  await readRows(`UPDATE "$schema"."search_progress" SET "position" = 0`);
  await readRows(`INSERT INTO "$schema"."feed_floors" VALUES ('${tenant}', (${last}) - 1)`);
  await readRows(`DELETE FROM "$schema"."changes" WHERE "position" < (${last})`);
  expect(await find("pangolin")).toEqual(["x 1", "x 2"]);
  await indexAll();
  expect(await indexedMessages()).toEqual(["x 1", "x 2"]);
  expect(await find("pangolin")).toEqual(["x 1", "x 2"]);
});

test("an index that is made anew in many steps misses nothing that is written meanwhile", async () => {
  const texts = Array.from({ length: 500 }, (_, index) => `word ${index}`);
  await append("x", texts);
  await indexAll();
  await readRows(`UPDATE "$schema"."search_progress" SET "version" = 'older'`);
  const building = indexAll();
  await store.commit({ tenant, writes: [{ type: "remove", kind: "messages", key: ["x", 7] }] });
  await append("y", ["word of another"]);
  expect((await find("word")).length).toBe(500);
  await building;
  await indexAll();
  expect((await indexedMessages()).length).toBe(500);
  expect((await find("word")).length).toBe(500);
});

test(
  "[S1] processes that write and are killed leave an index that others go on with",
  { timeout: 120_000 },
  async () => {
    const program = await bundleProgram(join(import.meta.dirname, "test/searching-writer.ts"));
    const run = (name: string) =>
      spawn(process.execPath, [program, testPostgresUrl(), schema, name], {
        stdio: ["ignore", "pipe", "inherit"],
      });
    for (let round = 0; round < 3; round += 1) {
      const children = ["x", "y"].map(run);
      const begun = children.map((child) => Promise.race([once(child.stdout, "data"), once(child, "exit")]));
      expect((await Promise.all(begun)).map(String)).toEqual(["ready\n", "ready\n"]);
      await sleep(150 + 250 * round);
      for (const child of children) {
        const exit = once(child, "exit");
        child.kill("SIGKILL");
        await exit;
      }
      await untilNobodyWrites();
      const shown = await shownMessages();
      expect(shown.length).toBeGreaterThan(0);
      expect((await find("pangolin")).length).toBe(Math.min(1_000, shown.length));
    }
    await indexAll();
    expect(await indexedMessages()).toEqual(await shownMessages());
  },
);
