/** What the rules of IndexedDB's transactions mean for a commit. */
import { testItems, testKinds } from "@throughline/conformance";
import { type CheckedBatch, completeRecord, guardStore, productKinds } from "@throughline/core";
import { beforeEach, expect, test } from "vitest";
import { type AnswerLookup, commitBatch } from "./commit-batch.ts";
import { indexeddbStore } from "./indexeddb-store.ts";
import { lookUp } from "./rows.ts";
import { databaseName } from "./test/open-database.ts";
import { rawConnection, recordsOf } from "./test/raw-database.ts";

const kinds = new Map([...productKinds, ...testKinds].map((kind) => [kind.name, kind]));

let name: string;

beforeEach(async () => {
  name = databaseName();
  const store = await indexeddbStore({ name, kinds: testKinds });
  await store.close();
});

test("a batch is lost whole when something else is awaited in its transaction", async () => {
  const answer: AnswerLookup = async (...question) => {
    const found = await lookUp(...question);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return found;
  };
  await expect(commit(insertItems("a", "b"), answer)).rejects.toSatisfy((error: Error) =>
    ["TransactionInactiveError", "InvalidStateError"].includes(error.name),
  );
  expect(await everything()).toEqual([]);
});

test("a batch is lost whole when the database refuses one of its writes", async () => {
  await commit(insertItems("a"), lookUp);
  const before = await everything();
  // As if the look-up had missed that another record has the code: the index is the last to know.
  const blind: AnswerLookup = async (transaction, tenant, lookup) => {
    await lookUp(transaction, tenant, lookup);
    return lookup.type === "removed" ? 0 : undefined;
  };
  const batch = insertItems("b", "c", "code of a", "d");
  await expect(commit(batch, blind)).rejects.toMatchObject({ name: "ConstraintError" });
  expect(await everything()).toEqual(before);
});

test("a unique key goes round in one batch", async () => {
  const store = guardStore(await indexeddbStore({ name, kinds: testKinds }));
  const tenant = "t";
  await store.commit({ tenant, writes: insertItems("a", "b").writes });
  const update = (id: string, code: string) =>
    ({ type: "update", kind: "test_items", key: [id], set: { code } }) as const;
  await store.commit({ tenant, writes: [update("b", "spare"), update("a", "code of b")] });
  const keys = ["spare", "code of b"].map((code) => ({ unique: "code", values: [code] }));
  const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "test_items", keys }] });
  expect(answers[0].map((row) => row?.id)).toEqual(["b", "a"]);
  await store.close();
});

test("a part of a large buffer is stored without the rest of it", async () => {
  const bytes = new Uint8Array(1_000_000).subarray(10, 13);
  await commit(insertItems("a", { bytes }), lookUp);
  const [stored] = (await recordsOf(name, "test_items")) as { row: { bytes: Uint8Array } }[];
  expect(stored?.row.bytes.buffer.byteLength).toBe(3);
});

function insertItems(...ids: readonly (string | { readonly bytes: Uint8Array })[]): CheckedBatch {
  const more = Object.assign({}, ...ids.filter((id) => typeof id !== "string")) as object;
  const records = ids
    .filter((id) => typeof id === "string")
    .map((id) =>
      completeRecord(testItems, { id, code: id.startsWith("code") ? id : `code of ${id}`, ...more }),
    );
  const writes = records.map(
    (record) => ({ type: "insert", kind: "test_items", record, exists: "fail" }) as const,
  );
  return { tenant: "t", writes, now: 1_000, operation: { id: `operation ${ids.length}`, fingerprint: "" } };
}

async function commit(batch: CheckedBatch, answer: AnswerLookup): Promise<void> {
  const database = await rawConnection(name);
  try {
    const transaction = database.transaction([...database.objectStoreNames], "readwrite");
    await commitBatch(transaction, batch, kinds, answer);
  } finally {
    database.close();
  }
}

/** Every record of every object store, but the description of the database itself. */
async function everything(): Promise<unknown[]> {
  const database = await rawConnection(name);
  const names = [...database.objectStoreNames].filter((store) => store !== "store_info");
  database.close();
  return (await Promise.all(names.map((store) => recordsOf(name, store)))).flat();
}
