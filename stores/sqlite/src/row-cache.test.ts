/** What is read again by its revision alone is what the file holds now, whoever wrote it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuardedStore, Query, Row, Write } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RowCache } from "./row-cache.ts";
import { sqliteStore } from "./sqlite-store.ts";
import { insertSession, newMessage } from "./test/records.ts";

const tenant = "t";

let folder = "";
let store: GuardedStore;
/** As another process has it: with a cache of its own. */
let other: GuardedStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-cache-"));
  const path = join(folder, "store.db");
  store = guardStore(await sqliteStore({ path, durability: "process-crash" }));
  other = guardStore(await sqliteStore({ path, durability: "process-crash" }));
});
afterEach(async () => {
  await Promise.all([store.close(), other.close()]);
  await rm(folder, { recursive: true });
});

function append(session: string, ids: readonly string[], content = ""): Write {
  const messages = ids.map((id) => newMessage({ id, content: `${content}${id}` }));
  return { type: "append", session: [session], exists: "replace", messages };
}

async function read(query: Pick<Query, "kind" | "shape" | "prefix">): Promise<readonly Row[]> {
  const request: Query = { type: "query", direction: "backward", limit: 20, ...query };
  const { answers } = await store.read({ tenant, requests: [request] });
  return answers[0].rows;
}

const lastMessages = async (session: string): Promise<unknown[]> =>
  (await read({ kind: "messages", shape: "key", prefix: [session] })).map(({ content }) => content);
const newestTitles = async (): Promise<unknown[]> =>
  (await read({ kind: "sessions", shape: "activity", prefix: [1] })).map(({ title }) => title);

test("messages that others append, replace and remove are seen", async () => {
  await other.commit({ tenant, writes: [insertSession({ id: "s" }), append("s", ["a", "b", "c", "d"])] });
  for (let round = 0; round < 3; round += 1) {
    expect(await lastMessages("s")).toEqual(["d", "c", "b", "a"]);
  }
  await other.commit({ tenant, writes: [append("s", ["e"])] });
  expect(await lastMessages("s")).toEqual(["e", "d", "c", "b", "a"]);
  await other.commit({ tenant, writes: [append("s", ["b"], "new ")] });
  expect(await lastMessages("s")).toEqual(["e", "d", "c", "new b", "a"]);
  await other.commit({ tenant, writes: [{ type: "remove", kind: "messages", key: ["s", 3] }] });
  expect(await lastMessages("s")).toEqual(["e", "d", "", "new b", "a"]);
});

test("an erased session's numbers are not another's: what is written next is not taken for it", async () => {
  await store.commit({ tenant, writes: [insertSession({ id: "s" }), append("s", ["a", "b"], "secret ")] });
  await lastMessages("s");
  expect(await lastMessages("s")).toEqual(["secret b", "secret a"]);
  await other.commit({ tenant, writes: [{ type: "remove", kind: "sessions", key: ["s"] }] });
  await other.commit({ tenant, writes: [insertSession({ id: "t" }), append("t", ["a", "b"], "public ")] });
  expect(await lastMessages("s")).toEqual([]);
  expect(await lastMessages("t")).toEqual(["public b", "public a"]);
  expect(await lastMessages("t")).toEqual(["public b", "public a"]);
});

test("sessions that others change, hide and move are seen", async () => {
  const sessions = ["one", "two", "three"].map((id, index) =>
    insertSession({ id, title: id, listed: true, lastActivity: index }),
  );
  await other.commit({ tenant, writes: sessions });
  for (let round = 0; round < 3; round += 1) expect(await newestTitles()).toEqual(["three", "two", "one"]);
  const change = (id: string, set: Row | object): Write =>
    ({ type: "update", kind: "sessions", key: [id], set }) as Write;
  await other.commit({ tenant, writes: [change("two", { title: "second" })] });
  expect(await newestTitles()).toEqual(["three", "second", "one"]);
  await other.commit({ tenant, writes: [{ ...append("one", ["a"]), activity: 9 } as Write] });
  expect(await newestTitles()).toEqual(["one", "three", "second"]);
  await other.commit({ tenant, writes: [change("three", { hiddenAt: 5 })] });
  expect(await newestTitles()).toEqual(["one", "second"]);
  await other.commit({ tenant, writes: [change("three", { hiddenAt: 0 })] });
  expect(await newestTitles()).toEqual(["one", "three", "second"]);
});

test("[R4] what a caller does to a row changes no later answer", async () => {
  await store.commit({ tenant, writes: [insertSession({ id: "s" }), append("s", ["a", "b"])] });
  for (let round = 0; round < 3; round += 1) {
    const rows = await read({ kind: "messages", shape: "key", prefix: ["s"] });
    expect(rows.map(({ content }) => content)).toEqual(["b", "a"]);
    for (const row of rows) Object.assign(row, { content: "changed" });
  }
});

test("no more is kept than there is room for", () => {
  const cache = new RowCache();
  const content = "x".repeat(30_000);
  for (let key = 0; key < 1_000; key += 1) cache.keep(0, key, { content, revision: 1 });
  const kept = Array.from({ length: 1_000 }, (_, key) => cache.find(0, key, 1)).filter(Boolean).length;
  expect(kept).toBeGreaterThan(50);
  expect(kept).toBeLessThan(200);
  expect(cache.find(0, 999, 2)).toBeUndefined();
  cache.keep(0, 1_000, { content: "y".repeat(100_000), revision: 1 });
  expect(cache.find(0, 1_000, 1)).toBeUndefined();
});

test("a group is forgotten with its last row, and known as long as one is asked for", () => {
  const cache = new RowCache();
  const content = "x".repeat(30_000);
  cache.keep(1, 0, { content, revision: 1 });
  cache.keep(2, 1, { content, revision: 1 });
  for (let key = 2; key < 500; key += 1) {
    cache.keep(0, key, { content, revision: 1 });
    expect(cache.find(2, 1, 1)).toMatchObject({ revision: 1 });
  }
  expect([0, 1, 2].map((group) => cache.knows(group))).toEqual([true, false, true]);
});
