/** How lists of sessions are planned, as the store's own connections plan them: by an index, without other processes. */
import { sessions } from "@throughline/core";
import { makeFew, makeSelect } from "@throughline/store-sql";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "./database.ts";
import { readOptions } from "./options.ts";
import { postgresStore } from "./postgres-store.ts";
import { makeTables, tableOf } from "./tables.ts";
import { dropSchema, withClient } from "./test/raw-connection.ts";
import { insertSession, tenant } from "./test/records.ts";

const schema = testPostgresSchema();
const url = testPostgresUrl();
const table = tableOf(makeTables(new Map([["sessions", sessions]]), schema), "sessions");
let database: Database;

beforeAll(async () => {
  const store = await postgresStore({ url, schema });
  await store.commit({ tenant, writes: [insertSession({ id: "first" })], now: 1 }, {});
  await withClient(async (client) => {
    for (const name of ["session_rows", "session_logs"]) {
      await client.query(
        `INSERT INTO "${schema}"."${name}"
          SELECT (jsonb_populate_record(t, jsonb_build_object('session_id', 's' || n))).*
          FROM "${schema}"."${name}" t, generate_series(1, 5000) n WHERE t.session_id = 'first'`,
      );
      await client.query(`ANALYZE "${schema}"."${name}"`);
    }
  });
  await store.close();
  database = await Database.open(readOptions({ url, schema }));
});
afterAll(async () => {
  await database.close();
  await dropSchema(schema);
});

async function planOf(sql: string, values: readonly unknown[]): Promise<string> {
  const rows = await database.use(async (connection) => {
    await connection.execute(`SET min_parallel_index_scan_size = 0; SET parallel_setup_cost = 0`);
    return connection.query(`EXPLAIN ${sql}`, values as string[]);
  });
  return rows.map(([line]) => String(line)).join("\n");
}

const shapes = ["activity", "created", "user", "project", "tool", "process", "parent"] as const;

test.each(shapes)(
  "sessions by %s are read in the order of an index, by this process alone",
  async (shape) => {
    const prefix = shape === "activity" || shape === "created" ? [1] : shape === "process" ? [0] : [""];
    const selection = { shape, prefix, direction: "backward" } as const;
    const select = makeSelect(tenant, table, selection, ["id", "title", "lastActivity"], 51);
    const plan = await planOf(select?.sql ?? "", select?.values ?? []);
    expect(plan).toContain("Index");
    expect(plan).not.toMatch(/Gather|Sort|Seq Scan/);
  },
);

test.each([...(table.selective?.keys() ?? [])])("a rare %s is found by an index", async (field) => {
  const value = field === "processId" || field === "pinned" ? 1 : "x";
  const select = makeFew(tenant, table, { field, value }, ["id", "createdAt"], "created");
  const plan = await planOf(select?.sql ?? "", select?.values ?? []);
  expect(plan).toMatch(/session_rows_(?!pkey)/);
  expect(plan).not.toMatch(/Gather|Seq Scan/);
});
