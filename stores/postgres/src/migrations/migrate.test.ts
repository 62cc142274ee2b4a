import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kind } from "@throughline/core";
import { bundleProgram, testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "../database.ts";
import { readOptions } from "../options.ts";
import { postgresStore } from "../postgres-store.ts";
import { migrate } from "./migrate.ts";
import { latestVersion } from "./migrations.ts";
import { schemaOf } from "./test/schema-of.ts";

const program = await bundleProgram(join(import.meta.dirname, "test/migrate-process.ts"));
const url = testPostgresUrl();
const notes: Kind = {
  name: "notes",
  key: ["owner", "id"],
  fields: {
    owner: { type: "text" },
    id: { type: "text" },
    slug: { type: "text" },
    weight: { type: "real", nullable: true },
    done: { type: "boolean" },
  },
  unique: { slug: { fields: ["slug"], filled: "slug" } },
  shapes: { done: ["done"] },
};

let schema = "";
let client: Client;
beforeEach(async () => {
  schema = testPostgresSchema();
  client = new Client({ connectionString: url });
  await client.connect();
});
afterEach(async () => {
  await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await client.end();
});

async function migrateTo(to: number, kinds: readonly Kind[] = []): Promise<void> {
  const database = await Database.open(readOptions({ url, schema }));
  try {
    await database.use((connection) => migrate(connection, { schema, to, kinds }));
  } finally {
    await database.close();
  }
}

async function valueOf(sql: string): Promise<unknown> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: "array" });
  return rows[0]?.[0];
}

test("[M13] every version can be gone back to, and forward again to the same schema", async () => {
  await migrateTo(latestVersion);
  const latest = await schemaOf(client, schema);
  expect(latest.length).toBeGreaterThan(100);
  for (let version = latestVersion - 1; version >= 0; version -= 1) {
    await migrateTo(version);
    await migrateTo(latestVersion);
    expect(await schemaOf(client, schema)).toEqual(latest);
  }
  await migrateTo(0);
  expect(await schemaOf(client, schema)).toEqual([]);
});

test("[M12] a newer schema is refused and left alone", async () => {
  await migrateTo(latestVersion);
  await client.query(`UPDATE "${schema}".store_info SET value = '99' WHERE name = 'schema_version'`);
  const before = await schemaOf(client, schema);
  const refusal = { code: "unavailable", reason: "newer_schema", details: { version: 99 } };
  await expect(postgresStore({ url, schema })).rejects.toMatchObject(refusal);
  expect(await schemaOf(client, schema)).toEqual(before);
});

test.each([
  ["a table", "CREATE TABLE people (name text)"],
  ["a table named like ours", "CREATE TABLE store_info (id integer)"],
  ["a table quite like ours", "CREATE TABLE store_info (name text, value text)"],
])("a schema of another program, with %s, is refused and left alone", async (_, create) => {
  await client.query(`CREATE SCHEMA "${schema}"; SET search_path = "${schema}"; ${create}`);
  const before = await schemaOf(client, schema);
  const refusal = { code: "unavailable", reason: "not_a_throughline_database" };
  await expect(postgresStore({ url, schema })).rejects.toMatchObject(refusal);
  expect(await schemaOf(client, schema)).toEqual(before);
});

test("an empty schema is taken, and each schema has its own incarnation", async () => {
  await client.query(`CREATE SCHEMA "${schema}"`);
  await migrateTo(latestVersion);
  expect(await valueOf(`SELECT value FROM "${schema}".store_info WHERE name = 'schema_version'`)).toBe(
    String(latestVersion),
  );
  const incarnation = `SELECT value FROM "${schema}".store_info WHERE name = 'incarnation'`;
  const first = await valueOf(incarnation);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  await migrateTo(0);
  await migrateTo(latestVersion);
  expect(await valueOf(incarnation)).not.toBe(first);
});

test("kinds get their tables once, and a kind that changed is refused", async () => {
  await migrateTo(latestVersion, [notes]);
  const before = await schemaOf(client, schema);
  await migrateTo(latestVersion, [notes]);
  expect(await schemaOf(client, schema)).toEqual(before);
  const changed: Kind[] = [
    { ...notes, fields: { ...notes.fields, extra: { type: "text" } } },
    { ...notes, fields: { ...notes.fields, weight: { type: "real" } } },
    { ...notes, shapes: { ...notes.shapes, slug: ["slug"] } },
  ];
  for (const kind of changed) {
    const refusal = { code: "invalid", reason: "kind_changed", details: { kind: "notes" } };
    await expect(migrateTo(latestVersion, [kind])).rejects.toMatchObject(refusal);
  }
});

/** Starts the program, and waits until it is connected. */
async function start(mode: string): Promise<ChildProcessByStdio<Writable, Readable, Readable>> {
  const child = spawn(process.execPath, [program, url, schema, mode], {
    stdio: "pipe",
  });
  await once(child.stdout, "data");
  return child;
}

test("[M11] four processes that start at once make one schema", async () => {
  const children = await Promise.all(Array.from({ length: 4 }, () => start("once")));
  const ends = children.map(async (child) => {
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    return { code: child.exitCode, output, errors };
  });
  for (const child of children) child.stdin.write("go\n");
  const ended = await Promise.all(ends);
  const incarnation = await valueOf(`SELECT value FROM "${schema}".store_info WHERE name = 'incarnation'`);
  expect(ended).toEqual(children.map(() => ({ code: 0, output: incarnation, errors: "" })));
});

test("[M11] a killed migration leaves one version whole", async () => {
  await migrateTo(latestVersion);
  const latest = await schemaOf(client, schema);
  for (let round = 0; round < 8; round += 1) {
    const child = await start("forever");
    const exit = once(child, "exit");
    await sleep(Math.random() * 300);
    child.kill("SIGKILL");
    await exit;
    // The server notices, and undoes what was not committed; until then its locks are held.
    const found = await schemaOf(client, schema);
    expect([[], latest]).toContainEqual(found);
    await migrateTo(latestVersion);
    expect(await schemaOf(client, schema)).toEqual(latest);
  }
});
