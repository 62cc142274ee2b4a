/** What becomes of an index when the feed that it followed is pruned. */
import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import { PortableSearch } from "./portable-search.ts";
import { readIndexRecords } from "./test/index-records.ts";
import { append, change, insertSession } from "./test/records.ts";

const tenant = "t";

test("an index that holds everything outlives the pruning of the feed behind it", async () => {
  const store = memoryStore();
  const search = new PortableSearch(store, { smallestBatch: 1 });
  await store.commit({ tenant, writes: [insertSession("a")], now: 1 }, {});
  const written = append("a", [{ id: "m", content: "word" }]);
  await store.commit({ tenant, writes: [written], now: 1 }, {});
  await search.catchUp(tenant, 1);
  const { segments } = await readIndexRecords(store, tenant);
  expect(segments).toHaveLength(1);
  // Nothing to index: the feed goes on, and the index with it.
  await store.commit({ tenant, writes: [change("a", { title: "Title" })], now: 1 }, {});
  await search.catchUp(tenant, 1);
  await store.prune({ changes: 2, operations: 2 });
  await search.catchUp(tenant, 3);
  expect((await readIndexRecords(store, tenant)).segments).toEqual(segments);
});
