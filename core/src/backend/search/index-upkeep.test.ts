/** What an index keeps, gives up, and survives. */
import { setTimeout as sleep } from "node:timers/promises";
import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import type { Write } from "../../contract/batch.ts";
import type { SearchFilter } from "../../contract/search.ts";
import type { Store } from "../../contract/store.ts";
import { parseTextQuery } from "../../text/text-query.ts";
import { indexVersion } from "./index-version.ts";
import { changeState } from "./index-state.ts";
import { searchBlocks, searchSegments } from "./index-kinds.ts";
import { PortableSearch } from "./portable-search.ts";
import { TenantStore } from "./tenant-store.ts";
import { readIndexRecords } from "./test/index-records.ts";
import { append, change, insertSession, remove } from "./test/records.ts";
import { slowStore } from "./test/slow-store.ts";

const TENANT = "t";
const HOUR = 60 * 60 * 1_000;

async function commit(store: Store, ...writes: readonly Write[]): Promise<void> {
  await store.commit({ tenant: TENANT, writes, now: 1 }, {});
}

async function commitQuietly(store: Store, ...writes: readonly Write[]): Promise<void> {
  await store.commit({ tenant: TENANT, writes, quiet: { durable: true }, now: 1 }, {});
}

/** Messages of a session, each with its number and some words of its own. */
async function appendMany(store: Store, session: string, count: number, first = 0): Promise<void> {
  for (let start = 0; start < count; start += 500) {
    const added = Array.from({ length: Math.min(500, count - start) }, (_, index) => {
      const number = first + start + index;
      return {
        id: `m${number}`,
        content: `common word${number} common even${number % 2} common of_${session} common`,
        createdAt: number,
      };
    });
    await commit(store, append(session, added));
  }
}

async function find(
  search: Pick<Store, "search">,
  query: string,
  now = 1,
  where: SearchFilter = {},
): Promise<string[]> {
  const text = parseTextQuery(query);
  const input = { tenant: TENANT, text, where, order: "recent", skip: 0, limit: 1_000, now } as const;
  const { hits } = await search.search(input, {});
  return hits.map(({ session, seq }) => `${session}/${seq}`);
}

test("a large index finds what reading finds: words in nearly every message, long messages, one session", async () => {
  const store = memoryStore();
  const search = new PortableSearch(store, { largestBatch: 1_000, fanOut: 2 });
  for (const id of ["a", "b", "c"]) await commit(store, insertSession(id));
  // In turn, so that the messages of merged segments stand between each other.
  for (let round = 0; round < 4; round += 1) {
    for (const id of ["a", "b", "c"]) await appendMany(store, id, 500, 500 * round);
  }
  const long = `${"ha ".repeat(20_000)} end ${"get_user ".repeat(10_000)}`;
  await commit(store, append("b", [{ id: "long", content: long }]));
  await search.catchUp(TENANT, 1);
  const { listed, largestBlock } = await readIndexRecords(store, TENANT);
  expect(listed.get(indexVersion)?.length).toBeLessThan(4);
  expect(largestBlock).toBeLessThan(64 * 1024);
  for (const query of [
    "common",
    "common even1",
    "even0 -common",
    '"ha ha end"',
    "word29*",
    "of_b word7",
    "get_user",
  ]) {
    for (const where of [{}, { session: "b" }, { session: "c", since: 1_500 }, { session: "none" }]) {
      const found = await find(search, query, 1, where);
      const expected = await find(store, query, 1, where);
      // Of more hits than fit a page, those of the same time may be others.
      const seen = (hits: readonly string[]): unknown => (hits.length < 1_000 ? hits.toSorted() : 1_000);
      expect(seen(found)).toEqual(seen(expected));
    }
  }
});

test("[S1] every acknowledged message is found while others are written, indexed and merged", async () => {
  const store = memoryStore();
  const options = { tailLimit: 20, smallestBatch: 1, largestBatch: 10, fanOut: 2 };
  const searches = [5, 6].map((seed) => new PortableSearch(slowStore(store, seed), options));
  for (const id of ["a", "b", "busy"]) await commit(store, insertSession(id));
  const progress = { isOver: false };
  const disturb = async (): Promise<void> => {
    for (let round = 0; !progress.isOver; round += 1) {
      // Each of these messages always matches, in one text or another.
      const added = ["1", "2", "3"].map((id) => ({ id, content: `walrus ${round} ${id}` }));
      await commit(store, append("busy", added));
      await sleep(0);
    }
  };
  const index = async (): Promise<void> => {
    while (!progress.isOver) await searches[1]?.catchUp(TENANT, 1);
  };
  const disturbed = [disturb(), index()];
  const expected: string[] = [];
  for (let round = 1; round <= 30; round += 1) {
    for (const session of ["a", "b"]) {
      await commit(store, append(session, [{ id: String(round), content: `walrus number${round}` }]));
      expected.push(`${session}/${round}`);
    }
    const busy = ["busy/1", "busy/2", "busy/3"].slice(0, round === 1 ? 0 : 3);
    for (const search of searches) {
      expect(await find(search, "walrus")).toEqual(expect.arrayContaining([...expected, ...busy]));
      expect((await find(search, `number${round}`)).toSorted()).toEqual([`a/${round}`, `b/${round}`]);
    }
  }
  progress.isOver = true;
  await Promise.all(disturbed);
});

test("[S1] a message that changes while its hit is checked is found, as it matched before and matches still", async () => {
  const store = memoryStore();
  const changes = { left: 0 };
  const search = new PortableSearch(
    {
      commit: async (...given) => store.commit(...given),
      changes: async (...given) => store.changes(...given),
      read: async (input, options) => {
        const isCheck = input.requests.some(
          (request) => request.type === "get" && request.kind === "messages" && request.select === "key",
        );
        if (isCheck && changes.left > 0) {
          changes.left -= 1;
          const content = `walrus again ${changes.left}`;
          await commit(
            store,
            append("a", [
              { id: "m1", content },
              { id: "m2", content: "octopus" },
            ]),
          );
        }
        return store.read(input, options);
      },
    },
    { smallestBatch: 1 },
  );
  await commit(store, insertSession("a"));
  await commit(
    store,
    append(
      "a",
      [1, 2, 3].map((number) => ({ id: `m${number}`, content: "walrus" })),
    ),
  );
  await search.catchUp(TENANT, 1);
  changes.left = 2;
  expect((await find(search, "walrus")).toSorted()).toEqual(["a/1", "a/3"]);
});

test("words of what was removed, replaced or erased are gone after a time, and at once on demand", async () => {
  const store = memoryStore();
  const search = new PortableSearch(store, { smallestBatch: 1, eraseAfterMs: HOUR, idleMs: 0, fanOut: 100 });
  for (const id of ["a", "b"]) await commit(store, insertSession(id));
  await commit(
    store,
    append("a", [
      { id: "1", content: "secret one" },
      { id: "2", content: "password two" },
      { id: "3", content: "kept three" },
    ]),
    append("b", [{ id: "1", content: "erased all" }]),
  );
  await search.catchUp(TENANT, 1);
  await commit(store, remove("messages", "a", 1), append("a", [{ id: "2", content: "harmless two" }]));
  await commit(store, remove("sessions", "b"));
  const words = async (): Promise<string[]> => {
    const records = await readIndexRecords(store, TENANT);
    return ["secret", "password", "kept", "harmless", "erased"].filter((word) => records.words.has(word));
  };
  const runAt = async (now: number): Promise<void> => {
    search.schedule(TENANT, now);
    await sleep(100);
  };
  await runAt(2);
  expect(await words()).toEqual(["secret", "password", "kept", "harmless", "erased"]);
  expect(await find(search, "secret")).toEqual([]);
  await runAt(HOUR);
  expect(await words()).toContain("secret");
  await runAt(HOUR + 2);
  expect(await words()).toEqual(["kept", "harmless"]);
  await commit(store, remove("messages", "a", 3));
  await search.catchUp(TENANT, HOUR + 3);
  expect(await words()).toEqual(["harmless"]);
  await commit(store, remove("sessions", "a"));
  await search.catchUp(TENANT, HOUR + 4);
  const { segments, blocksOf } = await readIndexRecords(store, TENANT);
  expect([segments, blocksOf]).toEqual([[], []]);
  await search.close();
});

test("removed words go without another call", async () => {
  const store = memoryStore();
  const options = { smallestBatch: 1, idleMs: 0, settleMs: 0, eraseAfterMs: 30 };
  const search = new PortableSearch(store, options);
  await commit(store, insertSession("a"));
  await commit(
    store,
    append("a", [
      { id: "1", content: "secret" },
      { id: "2", content: "open" },
    ]),
  );
  await search.catchUp(TENANT, 1);
  await commit(store, remove("messages", "a", 1));
  search.schedule(TENANT, 1);
  const { words } = await expect
    .poll(async () => readIndexRecords(store, TENANT), { timeout: 10_000 })
    .toSatisfy(({ words: left }: { words: ReadonlySet<string> }) => !left.has("secret"))
    .then(async () => readIndexRecords(store, TENANT));
  expect([...words]).toEqual(["open"]);
  await search.close();
});

test("what is removed while its segment is rewritten is noted for the next time", async () => {
  const store = memoryStore();
  const other = new PortableSearch(store, { smallestBatch: 1, idleMs: 0, settleMs: 0 });
  const rewriting = { isOn: false };
  const search = new PortableSearch(
    {
      commit: async (...given) => store.commit(...given),
      changes: async (...given) => store.changes(...given),
      async read(input, options) {
        const answer = await store.read(input, options);
        const asksWhatIsThere = input.requests.some(
          (request) => request.type === "get" && request.kind === "messages" && request.select === "key",
        );
        if (asksWhatIsThere && rewriting.isOn) {
          rewriting.isOn = false;
          await commit(store, remove("messages", "a", 2));
          other.schedule(TENANT, 1);
          await sleep(100);
        }
        return answer;
      },
    },
    { smallestBatch: 1 },
  );
  await commit(store, insertSession("a"));
  await appendMany(store, "a", 3);
  await search.catchUp(TENANT, 1);
  await commit(store, remove("messages", "a", 1));
  rewriting.isOn = true;
  await search.catchUp(TENANT, 1);
  const { words } = await readIndexRecords(store, TENANT);
  expect(["word0", "word1", "word2"].filter((word) => words.has(word))).toEqual(["word2"]);
  await other.close();
});

test("a hidden session is found again when it is shown", async () => {
  const store = memoryStore();
  const search = new PortableSearch(store, { smallestBatch: 1 });
  await commit(store, insertSession("a"));
  await appendMany(store, "a", 3);
  await search.catchUp(TENANT, 1);
  await commit(store, change("a", { hiddenAt: 5 }));
  await search.catchUp(TENANT, 1);
  expect(await find(search, "common")).toEqual([]);
  await commit(store, change("a", { hiddenAt: 0 }));
  expect((await find(search, "common")).length).toBe(3);
});

test("an index that lost a block is made anew", async () => {
  const store = memoryStore();
  const search = new PortableSearch(store, { smallestBatch: 1, cacheBytes: 0 });
  await commit(store, insertSession("a"));
  await appendMany(store, "a", 30);
  await search.catchUp(TENANT, 1);
  const [id = ""] = (await readIndexRecords(store, TENANT)).segments;
  const loss = {
    type: "remove-many",
    kind: searchBlocks.name,
    shape: "key",
    prefix: [id],
    limit: 10,
  } as const;
  await commitQuietly(store, loss);
  expect((await find(search, "common")).length).toBe(30);
  const { segments } = await readIndexRecords(store, TENANT);
  expect(segments.length).toBe(1);
  expect(segments).not.toEqual([id]);
  await commitQuietly(store, { type: "remove", kind: searchSegments.name, key: [segments[0] ?? ""] });
  expect((await find(search, "even1")).length).toBe(15);
});

test("what a killed indexer left behind, and indexes of other versions, go after a day", async () => {
  const store = memoryStore();
  const before = { version: "another", generation: 1, cursor: "", building: "", changedAt: 1 };
  const orphan = { id: "orphan", version: indexVersion, createdAt: 1, directory: new Uint8Array(0) };
  const block = { segment: "orphan", block: 0, bytes: new Uint8Array(3) };
  const listed = { ...orphan, id: "listed", version: "another" };
  const entry = { id: "listed", messages: 1, words: 1, bytes: 1, staleSince: 0, stale: 0 };
  const insert = (kind: string, record: Extract<Write, { type: "insert" }>["record"]): Write => ({
    type: "insert",
    kind,
    record,
    exists: "fail",
  });
  await commitQuietly(
    store,
    insert("search_indexes", { ...before, segments: JSON.stringify([entry]) }),
    insert("search_segments", orphan),
    insert("search_segments", listed),
    insert("search_blocks", block),
  );
  await commit(store, insertSession("a"));
  await appendMany(store, "a", 3);
  const catchUpAt = async (now: number): Promise<readonly string[]> => {
    const search = new PortableSearch(store, { smallestBatch: 1 });
    await search.catchUp(TENANT, now);
    return (await readIndexRecords(store, TENANT)).segments;
  };
  expect(await catchUpAt(24 * HOUR)).toEqual(expect.arrayContaining(["orphan", "listed"]));
  const left = await catchUpAt(24 * HOUR + 2);
  expect(left.length).toBe(1);
  const records = await readIndexRecords(store, TENANT);
  expect(records.blocksOf).toEqual(left);
  expect([...records.listed.keys()]).toEqual([indexVersion]);
});

test("of two changes to an index from one state, one is carried out", async () => {
  const store = new TenantStore(memoryStore(), TENANT, () => 1);
  const next = { cursor: "x.1", building: undefined, segments: [] };
  const first = await changeState(store, indexVersion, undefined, next);
  expect(first?.generation).toBe(1);
  expect(await changeState(store, indexVersion, undefined, next)).toBeUndefined();
  expect((await changeState(store, indexVersion, first, next))?.generation).toBe(2);
  expect(await changeState(store, indexVersion, first, next)).toBeUndefined();
});

test("few messages have no index, and a search makes none", async () => {
  const store = memoryStore();
  const search = new PortableSearch(store);
  await commit(store, insertSession("a"));
  await appendMany(store, "a", 50);
  await search.catchUp(TENANT, 1);
  expect((await find(search, "common")).length).toBe(50);
  expect((await readIndexRecords(store, TENANT)).listed.size).toBe(0);
  expect(await find(search, "nothing")).toEqual([]);
});

test("closing indexes what is left, and the tenants are apart", async () => {
  const store = memoryStore();
  const search = new PortableSearch(store, { smallestBatch: 5 });
  await commit(store, insertSession("a"));
  await appendMany(store, "a", 6);
  search.schedule(TENANT, 1);
  await store.commit({ tenant: "other", writes: [insertSession("a")], now: 1 }, {});
  search.schedule("other", 1);
  await search.close();
  expect((await readIndexRecords(store, TENANT)).words.has("common")).toBe(true);
  expect((await readIndexRecords(store, "other")).segments).toEqual([]);
});
