/** The feed's order, with commits held open on purpose between their writes and their end. */
import { setTimeout as sleep } from "node:timers/promises";
import { type GuardedStore, guardStore } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { postgresStore } from "./postgres-store.ts";
import { dropSchema } from "./test/raw-connection.ts";
import { append, insertSession, newMessage } from "./test/records.ts";

let schema = "";
let holder: Client;
let stores: GuardedStore[] = [];

beforeEach(async () => {
  schema = testPostgresSchema();
  stores = [];
  for (let index = 0; index < 2; index += 1)
    stores.push(guardStore(await postgresStore({ url: testPostgresUrl(), schema })));
  holder = new Client({ connectionString: testPostgresUrl() });
  await holder.connect();
});
afterEach(async () => {
  await holder.end();
  for (const store of stores) await store.close();
  await dropSchema(schema);
});

/** Commits an append in a transaction of the test's own, up to where it would end. */
async function hold(tenant: string, session: string, id: string): Promise<void> {
  const { record } = newMessage({ id, content: "held" });
  const { id: message_id, contentFormat: content_format, tokenCount: token_count } = record;
  const { createdAt: created_at, updatedAt: updated_at, ...rest } = record;
  const message = { ...rest, number: 1, message_id, content_format, token_count, created_at, updated_at };
  const item = {
    number: 0,
    now: 1,
    session,
    activity: 1,
    added: 1,
    tokens: 0,
    messages: [message],
  };
  await holder.query("BEGIN");
  const { rows } = await holder.query({
    text: `SELECT item_outcome FROM "${schema}".commit_group($1, '[]', $2, true)`,
    values: [tenant, [JSON.stringify([item])]],
    rowMode: "array",
  });
  expect(rows).toEqual([["done"]]);
}

/** Follows a tenant's feed until told to stop; answers the positions as they were read. */
function follow(store: GuardedStore, tenant: string): () => Promise<number[]> {
  const positions: number[] = [];
  let isOver = false;
  const reading = (async () => {
    let since: string | undefined;
    for (;;) {
      const isLast = isOver;
      const { entries, cursor, more } = await store.changes({
        tenant,
        limit: 100,
        ...(since !== undefined && { since }),
      });
      positions.push(...entries.map(({ position }) => position));
      since = cursor;
      if (isLast && !more) return;
      await sleep(1);
    }
  })();
  return async () => {
    isOver = true;
    await reading;
    return positions;
  };
}

async function allPositions(store: GuardedStore, tenant: string): Promise<number[]> {
  const { entries } = await store.changes({ tenant, limit: 1_000 });
  return entries.map(({ position }) => position);
}

test("[F6] no entry comes late, whatever transactions are open meanwhile", async () => {
  const [one, other] = stores as [GuardedStore, GuardedStore];
  for (const tenant of ["a", "b"]) {
    await one.commit({ tenant, writes: [insertSession({ id: "s" }), insertSession({ id: "t" })] });
  }
  const followers = ["a", "b"].map((tenant) => follow(one, tenant));
  for (let round = 0; round < 12; round += 1) {
    await hold("a", "s", `held-${round}`);
    // Of the tenant whose commit is held, and of another, by two stores.
    const behind = [one, other].map((store, index) =>
      store.commit({ tenant: "a", writes: [append("t", `a-${round}-${index}`)] }),
    );
    let isAnswered = false;
    const answered = Promise.all(behind).finally(() => (isAnswered = true));
    for (let index = 0; index < 5; index += 1) {
      await other.commit({ tenant: "b", writes: [append("s", `b-${round}-${index}`)] });
    }
    await sleep(Math.random() * 20);
    // They take their positions after the one that is held, so they wait for it.
    expect(isAnswered).toBe(false);
    await holder.query(round % 3 === 2 ? "ROLLBACK" : "COMMIT");
    await answered;
  }
  const read = await Promise.all(followers.map((stop) => stop()));
  expect(read).toEqual([await allPositions(one, "a"), await allPositions(one, "b")]);
  for (const positions of read) expect(positions).toEqual(positions.toSorted((left, right) => left - right));
  expect(read.map(({ length }) => length)).toEqual([1 + 12 * 2 + 8, 1 + 12 * 5]);
  expect(await one.check()).toEqual([]);
});

test("a transaction that is open for long, of anything else, stops nobody", async () => {
  const [store] = stores as [GuardedStore];
  await holder.query("BEGIN");
  await holder.query("SELECT pg_current_xact_id()");
  await store.commit({ tenant: "a", writes: [insertSession({ id: "s" })] });
  await store.commit({ tenant: "a", writes: [append("s", "m")] });
  expect(await allPositions(store, "a")).toHaveLength(2);
  await holder.query("ROLLBACK");
});
