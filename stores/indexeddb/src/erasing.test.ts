import type { MessageInput } from "@throughline/core";
import { Throughline, guardStore } from "@throughline/core";
import { expect, test, vi } from "vitest";
import { indexeddbStore } from "./indexeddb-store.ts";
import { databaseName } from "./test/open-database.ts";
import { rawConnection, recordsOf } from "./test/raw-database.ts";

/** What a record holds, bytes as the characters that they would be: words stand in the index as they are. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("latin1");
  if (typeof value !== "object" || value === null) return `${String(value)} `;
  return Object.values(value).map(textOf).join(" ");
}

/** The object stores in whose records any of these texts is found. */
async function storesWith(name: string, ...texts: readonly string[]): Promise<readonly string[]> {
  const database = await rawConnection(name);
  const names = [...database.objectStoreNames];
  database.close();
  const found: string[] = [];
  for (const store of names) {
    const records = (await recordsOf(name, store)).map(textOf);
    if (records.some((text) => texts.some((searched) => text.includes(searched)))) found.push(store);
  }
  return found.toSorted();
}

test("of what is erased, pruning leaves neither text, nor words in the index, nor ids of messages", async () => {
  const name = databaseName();
  const throughline = new Throughline(guardStore(await indexeddbStore({ name })));
  try {
    const { id } = await throughline.sessions.create({ title: "zyzzyva title" });
    const some = Array.from({ length: 450 }, (_, index): MessageInput => ({
      role: "user",
      content: `zyzzyva ${index}`,
    }));
    const { items } = await throughline.messages.append(id, some);
    await throughline.messages.append(id, [{ role: "user", content: "zyzzyva", parentId: null }]);
    const ids = items.map((item) => item.id);
    await vi.waitFor(
      async () =>
        expect(await storesWith(name, "zyzzyva", ...ids)).toEqual(
          expect.arrayContaining(["messages", "search_blocks"]),
        ),
      { timeout: 20_000, interval: 200 },
    );

    await throughline.sessions.delete(id, { erase: true });
    // With the session goes its log, also what removed messages leave.
    expect(await recordsOf(name, "messages")).toEqual([]);
    expect(await recordsOf(name, "branches")).toEqual([]);
    const later = Date.now() + 1_000;
    await throughline.store.prune({ changes: later, operations: later });

    expect(await storesWith(name, "zyzzyva", ...ids)).toEqual([]);
    expect(await storesWith(name, id)).toEqual(["state"]);
    expect(await throughline.store.check()).toEqual([]);
  } finally {
    await throughline.close();
  }
}, 60_000);
