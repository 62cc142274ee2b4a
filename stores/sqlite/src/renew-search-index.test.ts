import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuardedStore } from "@throughline/core";
import { guardStore, parseTextQuery } from "@throughline/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteStore } from "./sqlite-store.ts";
import { insertSession, newMessage } from "./test/records.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-renew-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tenant = "one";

async function open(): Promise<GuardedStore> {
  return guardStore(await sqliteStore({ path: join(folder, "store.db") }));
}

async function countHits(store: GuardedStore): Promise<number> {
  const text = parseTextQuery("garden");
  return (await store.search({ tenant, text, order: "rank", limit: 1_000, skip: 0 })).hits.length;
}

/** Leaves the file as another tokenizer would have: an index of other tokens, and a feed that was pruned since. */
function ageIndex(): void {
  const database = new DatabaseSync(join(folder, "store.db"));
  database.exec("INSERT INTO search_index (search_index) VALUES ('delete-all')");
  database.exec("UPDATE search_progress SET position = (SELECT max(position) FROM changes)");
  database.exec("UPDATE store_info SET value = '0 unicode 1.0' WHERE name = 'tokenizer'");
  database.close();
}

test("an index of another tokenizer is made anew when the store is opened", async () => {
  const store = await open();
  await store.commit({ tenant, writes: [insertSession({ id: "x" })] });
  const messages = Array.from({ length: 450 }, (_, index) =>
    newMessage({ id: `m${index}`, content: "A garden." }),
  );
  await store.commit({ tenant, writes: [{ type: "append", session: ["x"], messages, exists: "fail" }] });
  await store.commit({ tenant, writes: [{ type: "remove", kind: "messages", key: ["x", 7] }] });
  await store.close();
  ageIndex();

  const again = await open();
  expect(await countHits(again)).toBe(449);
  expect(await again.check()).toEqual([]);
  await again.close();
});

test("an index of this tokenizer is left alone", async () => {
  await (await open()).close();
  const database = new DatabaseSync(join(folder, "store.db"));
  database.exec("INSERT INTO search_index (rowid, words, whole, scope) VALUES (1, 'garden', '', 't1')");
  database.close();
  await (await open()).close();
  const after = new DatabaseSync(join(folder, "store.db"));
  expect(
    after.prepare("SELECT count(*) AS rows FROM search_index WHERE search_index MATCH 'garden'").get(),
  ).toEqual({
    rows: 1,
  });
  after.close();
});
