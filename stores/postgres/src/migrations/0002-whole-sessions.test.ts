import { Throughline, guardStore, parseTextQuery } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "../database.ts";
import { readOptions } from "../options.ts";
import { postgresStore } from "../postgres-store.ts";
import { append, insertSession, newMessage, tenant } from "../test/records.ts";
import { migrate } from "./migrate.ts";
import { schemaOf } from "./test/schema-of.ts";

const url = testPostgresUrl();
const hash = "ab".repeat(32);
const staged = JSON.stringify("large");

let schema = "";
let client: Client;
beforeEach(async () => {
  schema = testPostgresSchema();
  client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`SET search_path = "${schema}"`);
  await writeVersion1();
});
afterEach(async () => {
  await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await client.end();
});

async function migrateTo(to: number): Promise<void> {
  const database = await Database.open(readOptions({ url, schema }));
  try {
    await database.use((connection) => migrate(connection, { schema, to }));
  } finally {
    await database.close();
  }
}

/** A schema of the first version that holds two sessions, one with a message whose content is staged. */
async function writeVersion1(): Promise<void> {
  const store = guardStore(await postgresStore({ url, schema }));
  const staging = [
    newMessage({ id: "b", content: hash, contentFormat: "blob" }),
    newMessage({ id: "n", native: `{"format":"tool","blob":"${hash}"}` }),
  ];
  await store.commit({
    tenant,
    writes: [insertSession({ id: "plain", title: "Kept" }), append("plain", "a")],
  });
  await store.commit({
    tenant,
    writes: [
      insertSession({ id: "staged" }),
      { type: "append", session: ["staged"], exists: "fail", messages: staging },
    ],
  });
  await store.close();
  await migrateTo(1);
  const piece = "INSERT INTO blob_pieces VALUES ($1, $2, $3, $4, 1)";
  await client.query("INSERT INTO blobs VALUES ($1, $2, $3, 2, 77, 1)", [tenant, hash, staged.length]);
  await client.query(piece, [tenant, hash, 0, Buffer.from(staged.slice(0, 3))]);
  await client.query(piece, [tenant, hash, 1, Buffer.from(staged.slice(3))]);
}

async function contents(): Promise<unknown[]> {
  const tables = ["session_rows", "session_logs", "messages", "blobs", "blob_pieces", "changes"];
  const found = [];
  for (const table of tables)
    found.push((await client.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)).rows);
  return found;
}

test("[M11] a schema of the first version keeps what it holds, and notes who refers to its blobs", async () => {
  const store = guardStore(await postgresStore({ url, schema }));
  try {
    expect(await store.check()).toEqual([]);
    const { answers } = await store.read({
      tenant,
      requests: [
        { type: "get", kind: "blobs", keys: [[hash]] },
        { type: "get", kind: "sessions", keys: [["plain"], ["staged"]] },
        { type: "count", kind: "messages", shape: "key", prefix: ["staged"] },
        { type: "count", kind: "api_keys", shape: "created", prefix: [] },
      ],
    });
    expect(answers).toMatchObject([
      [{ hash, size: staged.length, pieces: 2, encoding: "", createdAt: 77, touchedAt: 77, revision: 1 }],
      [{ title: "Kept", lastSeq: 1 }, { lastSeq: 2 }],
      2,
      0,
    ]);
    const record = { sessionId: "plain", reason: "", createdAt: 5 };
    await store.commit({ tenant, writes: [{ type: "insert", kind: "holds", record, exists: "fail" }] });
    await store.commit({ tenant, writes: [append("staged", "c")] });
    const text = parseTextQuery("message");
    const { hits } = await store.search({ tenant, text, order: "recent", skip: 0, limit: 5 });
    expect(hits).toHaveLength(2);
    expect(await store.check()).toEqual([]);
    const erased = await new Throughline(store, { tenant }).sessions.delete("staged", { erase: true });
    expect(erased.removed).toEqual({ sessions: 1, messages: 3, blob_references: 2, blobs: 1 });
    expect(await store.check()).toEqual([]);
  } finally {
    await store.close();
  }
});

test("[M13] up, down and up again keeps what the first version has a place for", async () => {
  const first = [await schemaOf(client, schema), await contents()];
  await migrateTo(2);
  const second = [await schemaOf(client, schema), await contents()];
  await client.query("INSERT INTO holds VALUES ($1, 'plain', 'lost on the way back', 1, 1)", [tenant]);
  await migrateTo(1);
  expect([await schemaOf(client, schema), await contents()]).toEqual(first);
  await migrateTo(2);
  expect([await schemaOf(client, schema), await contents()]).toEqual(second);
  expect((await client.query("SELECT * FROM holds")).rows).toEqual([]);
});
