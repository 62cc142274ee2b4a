/** What a caller is told when a commit meets trouble, and that it is true. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Batch, CheckedBatch, GuardedStore, Store } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { append, insertSession, tenant } from "../test/records.ts";

let schema = "";
let other: Client;
let inner: Store;
let store: GuardedStore;

beforeEach(async () => {
  schema = testPostgresSchema();
  inner = await postgresStore({ url: testPostgresUrl(), schema, pool: { maximum: 4 } });
  store = guardStore(inner);
  await store.commit({ tenant, writes: [insertSession({ id: "s" })] });
  other = new Client({ connectionString: testPostgresUrl() });
  await other.connect();
});
afterEach(async () => {
  await store.close();
  await other.query(`ROLLBACK; DROP SCHEMA "${schema}" CASCADE`);
  await other.end();
});

/** Holds the tenant's commits up, until the transaction ends. */
async function lockTenant(): Promise<void> {
  await other.query("BEGIN");
  await other.query(`SELECT "${schema}".lock_tenant($1)`, [tenant]);
}

/** The backends of this schema's store that carry out a group now. */
async function committing(): Promise<number[]> {
  // Inside a transaction the view stays as it was first read.
  await other.query("SELECT pg_stat_clear_snapshot()");
  const { rows } = await other.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%"${schema}"."commit_group"%'
      AND pid <> pg_backend_pid()`,
  );
  return rows.map(({ pid }) => pid);
}

async function untilCommitting(): Promise<number> {
  for (;;) {
    const [pid] = await committing();
    if (pid !== undefined) return pid;
    await sleep(5);
  }
}

const batch = (id: string, more: Partial<Batch> = {}): Batch => ({
  tenant,
  writes: [append("s", id)],
  ...more,
});

async function lastSeq(): Promise<unknown> {
  const { answers } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "sessions", keys: [["s"]] }],
  });
  return answers[0][0]?.lastSeq;
}

test("[C38] a commit whose connection is cut is sent again, and written once", async () => {
  await lockTenant();
  const commit = store.commit(batch("a"));
  await other.query("SELECT pg_terminate_backend($1)", [await untilCommitting()]);
  await sleep(50);
  await other.query("COMMIT");
  expect((await commit).results).toMatchObject([{ messages: [{ seq: 1 }] }]);
  expect(await lastSeq()).toBe(1);
});

test("[C38] a commit whose connection was cut after it was written answers its first result", async () => {
  // The server is slow to say that it is written: by then its client is gone.
  await other.query(`CREATE FUNCTION "${schema}".stall() RETURNS trigger LANGUAGE plpgsql AS
    $f$ BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END $f$;
    CREATE TRIGGER stall AFTER INSERT ON "${schema}".operations FOR EACH ROW EXECUTE FUNCTION "${schema}".stall()`);
  const hasty = guardStore(
    await postgresStore({ url: testPostgresUrl(), schema, timeouts: { queryMs: 300, lockMs: 5_000 } }),
  );
  const commit = hasty.commit(batch("a"));
  await sleep(900);
  await other.query(`DROP TRIGGER stall ON "${schema}".operations`);
  expect((await commit).results).toMatchObject([{ messages: [{ seq: 1 }] }]);
  expect(await lastSeq()).toBe(1);
  await hasty.close();
});

test("[C38] what is refused after an attempt without answer is never written by that attempt", async () => {
  const operation = { id: "late", fingerprint: "f" };
  const late: CheckedBatch = {
    ...batch("a", { operation, expect: [{ type: "present", kind: "sessions", key: ["s"] }] }),
    now: Date.now(),
  };
  await lockTenant();
  const first = Promise.allSettled([inner.commit(late, {})]);
  await other.query("SELECT pg_terminate_backend($1)", [await untilCommitting()]);
  expect(await first).toMatchObject([{ reason: { outcome: "unknown", reason: "connection_lost" } }]);
  await other.query("COMMIT");
  // Meanwhile the session was deleted: the second attempt is refused.
  await store.commit({
    tenant,
    writes: [{ type: "update", kind: "sessions", key: ["s"], set: { hiddenAt: 5 } }],
  });
  const second = inner.commit(late, {});
  await expect(second).rejects.toMatchObject({ code: "not_found", outcome: "refused" });
  const { rows } = await other.query<{ results: unknown; session_id: unknown; position: string }>(
    `SELECT results, session_id, position FROM "${schema}".operations WHERE operation_id = 'late'`,
  );
  expect(rows).toEqual([{ results: null, session_id: null, position: "0" }]);
  // The first attempt arrives at last: it was resolved when the operation was unknown.
  const item = { number: 0, now: 1, session: "s", activity: 1, added: 0, tokens: 0, messages: [] };
  const answer = await other.query<{ item_outcome: string }>(
    `SELECT item_outcome FROM "${schema}".commit_group($1, '[]', $2, true)`,
    [tenant, [JSON.stringify([{ ...item, operation: "late", fingerprint: "f" }])]],
  );
  expect(answer.rows).toEqual([{ item_outcome: "not plain" }]);
  // Undeleted, the caller may ask for it anew.
  await store.commit({
    tenant,
    writes: [{ type: "update", kind: "sessions", key: ["s"], set: { hiddenAt: 0 } }],
  });
  expect(await store.commit(batch("a", { operation }))).toMatchObject({ replayed: false });
  expect(await store.commit(batch("a", { operation }))).toMatchObject({ replayed: true });
  expect(await store.check()).toEqual([]);
});

test("a commit that waits too long for others is refused, and can be tried again", async () => {
  const hasty = guardStore(
    await postgresStore({ url: testPostgresUrl(), schema, timeouts: { lockMs: 300 } }),
  );
  await lockTenant();
  const refusal = { code: "unavailable", reason: "contention", outcome: "refused", retryable: true };
  await expect(hasty.commit(batch("a"))).rejects.toMatchObject(refusal);
  await other.query("COMMIT");
  expect(await hasty.commit(batch("a"))).toMatchObject({ results: [{ messages: [{ seq: 1 }] }] });
  await hasty.close();
});

test("a commit that the server cancels is refused", async () => {
  await lockTenant();
  const commit = Promise.allSettled([store.commit(batch("a"))]);
  await other.query("SELECT pg_cancel_backend($1)", [await untilCommitting()]);
  expect(await commit).toMatchObject([{ reason: { reason: "timeout", outcome: "refused" } }]);
  await other.query("COMMIT");
  expect(await lastSeq()).toBe(0);
});

test("[C4] a batch that can't be written fails alone", async () => {
  await other.query(`ALTER TABLE "${schema}".messages ADD CONSTRAINT no_b CHECK (message_id <> 'b')`);
  const outcomes = await Promise.allSettled(["a", "b", "c"].map((id) => store.commit(batch(id))));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(outcomes[1]).toMatchObject({
    reason: {
      code: "unavailable",
      reason: "store_failure",
      outcome: "refused",
      details: { sqlstate: "23514" },
    },
  });
  expect(await lastSeq()).toBe(2);
});

test("when all connections are in use, the error says so in time", async () => {
  const small = guardStore(
    await postgresStore({
      url: testPostgresUrl(),
      schema,
      pool: { maximum: 1 },
      timeouts: { connectMs: 200 },
    }),
  );
  await lockTenant();
  const commit = small.commit(batch("a"));
  await untilCommitting();
  const read = small.read({ tenant, requests: [{ type: "get", kind: "sessions", keys: [["s"]] }] });
  await expect(read).rejects.toMatchObject({ reason: "pool_exhausted", retryable: true });
  await other.query("COMMIT");
  await commit;
  await small.close();
});

test("many changes of one record at once are all made, however often they meet", async () => {
  const second = guardStore(await postgresStore({ url: testPostgresUrl(), schema }));
  const raise: Batch = {
    tenant,
    writes: [{ type: "update", kind: "sessions", key: ["s"], increment: { forks: 1 } }],
  };
  await Promise.all(
    Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? store : second).commit(raise)),
  );
  const { answers } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "sessions", keys: [["s"]], select: "all" }],
  });
  expect(answers[0][0]).toMatchObject({ forks: 24, revision: 25 });
  await second.close();
});
