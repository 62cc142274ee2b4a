/** Searches that the index answers in ways of their own: inside a session, and by the best alone. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuardedStore, SearchFilter, SearchHit, Write } from "@throughline/core";
import { guardStore, parseTextQuery } from "@throughline/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqliteStore } from "./sqlite-store.ts";
import { insertSession, newMessage } from "./test/records.ts";

const tenant = "t";
const long = 2_300;

let folder = "";
let store: GuardedStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-session-search-"));
  store = guardStore(await sqliteStore({ path: join(folder, "store.db"), durability: "process-crash" }));
  const sessions = [
    insertSession({ id: "long" }),
    insertSession({ id: "hidden" }),
    insertSession({ id: "short", projectId: "p" }),
  ];
  await store.commit({ tenant, writes: sessions });
  for (let start = 0; start < long; start += 460) {
    await store.commit({ tenant, writes: [append("long", start, 460, () => "alpha common")] });
  }
  // Shorter and with the word more often: better than every message that is shown.
  await store.commit({ tenant, writes: [append("hidden", 0, 300, () => "beta beta")] });
  await store.commit({
    tenant,
    writes: [{ type: "update", kind: "sessions", key: ["hidden"], set: { hiddenAt: 5 } }],
  });
  const texts = ["beta", "beta gamma gamma gamma", "beta gamma", "delta beta and more words"];
  await store.commit({ tenant, writes: [append("short", 0, 4, (index) => texts[index] ?? "")] });
  // Everything is in the index when this returns.
  await store.prune({ changes: 0, operations: 0 });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

function append(session: string, start: number, count: number, content: (index: number) => string): Write {
  const messages = Array.from({ length: count }, (_, index) =>
    newMessage({
      id: `m${start + index}`,
      content: content(index),
      createdAt: start + index,
      role: index % 2 === 0 ? "user" : "assistant",
    }),
  );
  return { type: "append", session: [session], exists: "fail", messages };
}

async function search(
  query: string,
  where: SearchFilter | undefined,
  {
    order = "rank",
    skip = 0,
    limit = 100,
  }: { order?: "rank" | "recent"; skip?: number; limit?: number } = {},
): Promise<{ hits: readonly SearchHit[]; more: boolean }> {
  const text = parseTextQuery(query);
  return store.search({ tenant, text, order, skip, limit, ...(where === undefined ? {} : { where }) });
}

const places = ({ hits }: { hits: readonly SearchHit[] }): string[] =>
  hits.map(({ session, seq }) => `${session} ${seq}`);

test.each(["rank", "recent"] as const)(
  "[S6, S7] pages of a long session's hits, by %s, are its newest, none twice",
  async (order) => {
    const found: SearchHit[] = [];
    for (let skip = 0; skip < 1_000; skip += 100) {
      const page = await search("alpha common", { session: "long" }, { order, skip });
      expect(page.more).toBe(true);
      found.push(...page.hits);
    }
    expect(found.map(({ seq }) => seq).toSorted((left, right) => right - left)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => long - index),
    );
    const sortedBy = order === "rank" ? found.map(({ score }) => score) : found.map(({ seq }) => seq);
    expect(sortedBy).toEqual(sortedBy.toSorted((left, right) => right - left));
  },
);

test("[S5] filters hold inside a session, also for what only the session's record says", async () => {
  const where = { session: "long", role: "assistant", since: 100, until: 110 };
  expect(places(await search("alpha", where, { order: "recent" }))).toEqual(
    [110, 108, 106, 104, 102].map((seq) => `long ${seq}`),
  );
  expect(places(await search("beta", { session: "short", project: "p" }))).toHaveLength(4);
  expect(places(await search("beta", { session: "short", project: "q" }))).toEqual([]);
  expect(places(await search("beta", { session: "short", user: "bob" }))).toEqual([]);
  expect(places(await search("beta", { session: "hidden" }))).toEqual([]);
  expect(places(await search("beta", { session: "none" }))).toEqual([]);
});

test("[S6] the best come first inside a session, whatever their order", async () => {
  expect(places(await search("beta gamma", { session: "short" }))).toEqual(["short 2", "short 3"]);
  expect(places(await search("beta", { session: "short" }))[0]).toBe("short 1");
});

test("[S9] hidden messages that are better than all others hide none of them", async () => {
  expect(places(await search("beta", undefined, { limit: 2 }))).toHaveLength(2);
  const all = await search("beta", undefined);
  expect(all.more).toBe(false);
  expect(places(all).toSorted()).toEqual(["short 1", "short 2", "short 3", "short 4"]);
  expect(places(await search("beta -gamma", { user: "ada" })).toSorted()).toEqual(["short 1", "short 4"]);
});
