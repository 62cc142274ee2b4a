/** Large texts are searched and indexed in turns with others: no turn takes most of the work. */
import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import type { Store } from "../../contract/store.ts";
import { parseTextQuery } from "../../text/text-query.ts";
import { PortableSearch } from "./portable-search.ts";
import { readIndexRecords } from "./test/index-records.ts";
import { append, insertSession } from "./test/records.ts";

const tenant = "t";
/** Words that are all different, in identifiers: what costs an index most. */
const text = `quince ${Array.from({ length: 90_000 }, (_, index) => `word${index} getUser${index}`).join(" ")} medlar`;

/** The longest turn of the event loop while something is done, as a part of all that is done; by processor time. */
async function longestTurn(run: () => Promise<unknown>): Promise<number> {
  const begin = process.threadCpuUsage();
  let last = begin;
  let longest = 0;
  let isOver = false;
  const takeTurn = (): void => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, now.user + now.system - last.user - last.system);
    last = now;
    if (!isOver) setImmediate(takeTurn);
  };
  setImmediate(takeTurn);
  await run();
  isOver = true;
  takeTurn();
  return longest / (last.user + last.system - begin.user - begin.system);
}

async function find(search: Pick<Store, "search">, query: string): Promise<number[]> {
  const input = { tenant, text: parseTextQuery(query), order: "rank", skip: 0, limit: 10, now: 1 } as const;
  return (await search.search(input, {})).hits.map(({ seq }) => seq);
}

test("a text of 2 MB holds nobody up while it is read, indexed and found", async () => {
  const store = memoryStore();
  const search = new PortableSearch(store, { smallestBatch: 1 });
  for (const write of [insertSession("a"), append("a", [{ id: "1", content: text }])]) {
    await store.commit({ tenant, writes: [write], now: 1 }, {});
  }
  expect(text.length).toBeGreaterThan(2_000_000);
  for (const searched of [store, search]) {
    expect(
      await longestTurn(async () => expect(await find(searched, '"getuser89999 medlar"')).toEqual([1])),
    ).toBeLessThan(0.5);
  }
  expect(await longestTurn(() => search.catchUp(tenant, 1))).toBeLessThan(0.3);
  expect((await readIndexRecords(store, tenant)).words.has("getuser77777")).toBe(true);
  for (const [query, hits] of [
    ["quince medlar", [1]],
    ['"quince word0"', [1]],
    ['"word12345 getuser12345"', [1]],
    ["quince -medlar", []],
  ] as const) {
    expect([query, await find(search, query)]).toEqual([query, hits]);
  }
  await search.close();
});
