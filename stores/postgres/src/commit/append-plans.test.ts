/** How much of the database an append reads, whenever its plan was made. */
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import type { Client } from "pg";
import { expect, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { dropSchema, withClient } from "../test/raw-connection.ts";
import { append, insertSession, tenant } from "../test/records.ts";
import { makeAppendItem } from "./append-item.ts";

/** Appends a message; answers how many rows of the sessions' tables were looked at for that. */
async function rowsOfAppend(client: Client, schema: string, session: string, id: string): Promise<number> {
  const item = makeAppendItem({ tenant, writes: [append(session, id)], now: 5 });
  await client.query("BEGIN");
  const { rows: answers } = await client.query(
    `SELECT item_outcome FROM "${schema}".commit_group($1, '[]', $2, true)`,
    [tenant, [JSON.stringify([{ ...item, number: 0 }])]],
  );
  expect(answers).toEqual([{ item_outcome: "done" }]);
  const { rows } = await client.query<{ fetched: string }>(
    `SELECT sum(idx_tup_fetch + seq_tup_read) AS fetched FROM pg_stat_xact_user_tables
      WHERE schemaname = $1 AND relname IN ('session_rows', 'session_logs')`,
    [schema],
  );
  await client.query("COMMIT");
  return Number(rows[0]?.fetched);
}

/** Copies the session `first`, with its log, so many times. */
async function copySessions(client: Client, schema: string, count: number): Promise<void> {
  for (const table of ["session_rows", "session_logs"]) {
    await client.query(
      `INSERT INTO "${schema}"."${table}"
        SELECT (jsonb_populate_record(t, jsonb_build_object('session_id', 's' || n))).*
        FROM "${schema}"."${table}" t, generate_series(1, $1) n WHERE t.session_id = 'first'`,
      [count],
    );
  }
}

test("an append reads no more in a tenant of many sessions, also by a plan from when it had one", async () => {
  const schema = testPostgresSchema();
  const store = await postgresStore({ url: testPostgresUrl(), schema });
  try {
    await store.commit({ tenant, writes: [insertSession({ id: "first" })], now: 1 }, {});
    await withClient(async (client) => {
      // As the store's own connections have it.
      await client.query("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan");
      const before = await rowsOfAppend(client, schema, "first", "a");
      await copySessions(client, schema, 2_000);
      expect(await rowsOfAppend(client, schema, "s77", "b")).toBeLessThan(before + 10);
    });
  } finally {
    await store.close();
    await dropSchema(schema);
  }
});
