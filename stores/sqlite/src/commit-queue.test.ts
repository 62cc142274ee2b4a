import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckedBatch, CommitResult } from "@throughline/core";
import { completeRecord, productKinds, repoCache } from "@throughline/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CommitQueue, type CommitQueueOptions } from "./commit-queue.ts";
import type { Connection } from "./connection.ts";
import { openConnection, prepareFile } from "./open-file.ts";
import { type Tables, makeTables, tableOf } from "./tables.ts";
import { Tenants } from "./tenants.ts";
import { insertSession, newMessage, tenant } from "./test/records.ts";

const kinds = new Map(productKinds.map((kind) => [kind.name, kind]));

let folder = "";
let options: { path: string; readOnly: boolean; synced: boolean };
let writer: Connection;
let commits = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-queue-"));
  options = { path: join(folder, "store.db"), readOnly: false, synced: false };
  await prepareFile(options, []);
  writer = openConnection(options);
  commits = 0;
});
afterEach(async () => {
  writer.close();
  await rm(folder, { recursive: true });
});

function makeQueue(given: Partial<CommitQueueOptions> = {}): CommitQueue {
  return new CommitQueue({
    kinds,
    tables: makeTables(kinds),
    tenants: new Tenants(),
    writer: () => writer,
    onFailure: () => undefined,
    // On a machine that is busy with something else, a group must not end early.
    groupMs: 60_000,
    onCommitted: () => {
      commits += 1;
    },
    ...given,
  });
}

function append(id: string, content = ""): CheckedBatch {
  return {
    tenant,
    now: 1,
    writes: [
      insertSession({ id: "s" }),
      { type: "append", session: ["s"], messages: [newMessage({ id, content })], exists: "fail" },
    ],
  };
}

function seqsOf(results: readonly PromiseSettledResult<CommitResult>[]): unknown[] {
  return results.map((result) => {
    if (result.status === "rejected")
      return (result.reason as { reason?: string }).reason ?? String(result.reason);
    const appended = result.value.results.at(-1);
    return appended?.outcome === "appended" ? appended.messages[0]?.seq : appended;
  });
}

/** Tables in which a message with the text "broken" can't be written, after its session was. */
function brokenTables(): Tables {
  const tables = makeTables(kinds);
  const messages = tableOf(tables, "messages");
  const insert = messages.insert.bind(messages);
  messages.insert = (scope, row): void => {
    if (row.content === "broken") scope.connection.run("INSERT INTO no_such_table VALUES (1)");
    insert(scope, row);
  };
  return tables;
}

test("batches that wait together share a transaction", async () => {
  const queue = makeQueue();
  const results = await Promise.allSettled(
    ["a", "b", "c", "d"].map((id) => queue.commit(append(id), undefined)),
  );
  expect(seqsOf(results)).toEqual([1, 2, 3, 4]);
  expect(commits).toBe(1);
});

test("only what a crash may lose is committed without waiting for the disk, apart from the rest", async () => {
  writer.exec("PRAGMA synchronous = FULL");
  const tables = makeTables(kinds);
  const levels: number[] = [];
  const table = tableOf(tables, "repo_cache");
  const [insert, update] = [table.insert.bind(table), table.update.bind(table)];
  const noteLevel = (): number => levels.push(writer.readNumber("PRAGMA synchronous"));
  table.insert = (...given): void => {
    noteLevel();
    insert(...given);
  };
  table.update = (...given): void => {
    noteLevel();
    update(...given);
  };
  const made = (resourceKey: string): CheckedBatch => {
    const record = completeRecord(repoCache, { resourceKey });
    return { tenant, now: 1, writes: [{ type: "insert", kind: "repo_cache", record, exists: "fail" }] };
  };
  const touched = (lastAccessed: number): CheckedBatch => ({
    tenant,
    now: 1,
    quiet: { durable: false },
    writes: [{ type: "update", kind: "repo_cache", key: ["a"], maximum: { lastAccessed } }],
  });
  const queue = makeQueue({ synced: true, tables });
  const batches = [made("a"), touched(1), touched(2), made("b"), touched(3)];
  await Promise.all(batches.map(async (batch) => queue.commit(batch, undefined)));
  const [full, normal] = [2, 1];
  expect(levels).toEqual([full, normal, normal, full, normal]);
  expect(commits).toBe(4);
  expect(writer.readNumber("PRAGMA synchronous")).toBe(full);
  // Where another connection has the lock, later commits wait for the disk as before, too.
  const other = openConnection(options);
  other.exec("BEGIN EXCLUSIVE");
  const refused = makeQueue({ synced: true, lockTimeoutMs: 1 }).commit(touched(4), undefined);
  await expect(refused).rejects.toMatchObject({ reason: "locked" });
  expect(writer.readNumber("PRAGMA synchronous")).toBe(full);
  other.exec("COMMIT");
  other.close();
});

test("commits that are awaited one after another leave the event loop its turns", async () => {
  const queue = makeQueue();
  const turns = { count: 0 };
  const timer = setInterval(() => (turns.count += 1), 1);
  const end = performance.now() + 2_000;
  for (let id = 0; turns.count < 3 && performance.now() < end; id += 1)
    await queue.commit(append(`${id}`), undefined);
  clearInterval(timer);
  expect(turns.count).toBe(3);
});

test("a refused batch leaves the others of its group alone", async () => {
  const queue = makeQueue();
  const results = await Promise.allSettled(
    ["a", "b", "a", "c"].map((id) => queue.commit(append(id), undefined)),
  );
  expect(seqsOf(results)).toEqual([1, 2, "exists", 3]);
  expect(commits).toBe(1);
});

test("a batch that can't be written is undone alone", async () => {
  const queue = makeQueue({ tables: brokenTables() });
  const batches = [append("a"), append("b", "broken"), append("c")];
  const results = await Promise.allSettled(batches.map((batch) => queue.commit(batch, undefined)));
  expect(seqsOf(results)).toEqual([1, "store_failure", 2]);
  expect(results.map((result) => (result.status === "fulfilled" ? result.value.position : 0))).toEqual([
    1, 0, 2,
  ]);
  expect(writer.readRows("SELECT message_id FROM message_rows ORDER BY seq")).toEqual([["a"], ["c"]]);
});

test("a batch that was given up before it began is not carried out", async () => {
  const queue = makeQueue();
  const controller = new AbortController();
  const first = queue.commit(append("a"), undefined);
  const second = queue.commit(append("b"), controller.signal);
  controller.abort(new Error("given up"));
  await expect(second).rejects.toThrow("given up");
  await first;
  await queue.drain();
  expect(writer.readRows("SELECT message_id FROM message_rows")).toEqual([["a"]]);
  await expect(queue.commit(append("c"), controller.signal)).rejects.toThrow("given up");
});

test("a batch that was begun runs to its end, whatever its signal says then", async () => {
  const queue = makeQueue();
  const controller = new AbortController();
  const commit = queue.commit(append("a"), controller.signal);
  await Promise.resolve();
  controller.abort();
  expect(seqsOf([{ status: "fulfilled", value: await commit }])).toEqual([1]);
});

test("the lock of another connection is waited for, and not for ever", async () => {
  const other = openConnection(options);
  other.exec("BEGIN EXCLUSIVE");
  const impatient = makeQueue({ lockTimeoutMs: 50 }).commit(append("a"), undefined);
  await expect(impatient).rejects.toMatchObject({
    code: "unavailable",
    reason: "locked",
    outcome: "refused",
    retryable: true,
  });
  const waiting = makeQueue().commit(append("b"), undefined);
  setTimeout(() => other.exec("COMMIT"), 100);
  expect(seqsOf([{ status: "fulfilled", value: await waiting }])).toEqual([1]);
  other.close();
});

test("a batch that waits for a lock can still be given up", async () => {
  const other = openConnection(options);
  other.exec("BEGIN EXCLUSIVE");
  const controller = new AbortController();
  const commit = makeQueue().commit(append("a"), controller.signal);
  setTimeout(() => controller.abort(new Error("given up")), 20);
  await expect(commit).rejects.toThrow("given up");
  other.exec("COMMIT");
  other.close();
});

test("a full file refuses commits until there is room again", async () => {
  const queue = makeQueue();
  await queue.commit(append("a"), undefined);
  const pages = writer.readNumber("PRAGMA page_count");
  writer.exec(`PRAGMA max_page_count = ${pages + 2}`);
  const large = "x".repeat(1_000_000);
  const results = await Promise.allSettled([
    queue.commit(append("b", large), undefined),
    queue.commit(append("c"), undefined),
  ]);
  expect(seqsOf(results)).toEqual(["disk_full", 2]);
  writer.exec("PRAGMA max_page_count = 1000000");
  expect(seqsOf(await Promise.allSettled([queue.commit(append("b", large), undefined)]))).toEqual([3]);
});
