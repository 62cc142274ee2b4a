import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Kind } from "@throughline/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqliteStore } from "../index.ts";
import { applicationId } from "./file-owner.ts";
import { migrate } from "./migrate.ts";
import { latestVersion, migrations } from "./migrations.ts";
import { readNumber, readRows } from "./schema-database.ts";
import { schemaOf } from "./test/schema-of.ts";

const notes: Kind = {
  name: "notes",
  key: ["owner", "id"],
  fields: {
    owner: { type: "text" },
    id: { type: "text" },
    slug: { type: "text" },
    rank: { type: "integer" },
    weight: { type: "real", nullable: true },
    done: { type: "boolean" },
    hiddenAt: { type: "integer" },
  },
  unique: { slug: { fields: ["slug"], filled: "slug" }, rank: { fields: ["rank"], filled: "rank" } },
  shapes: { done: ["done", "rank"] },
  hidden: "hiddenAt",
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-migrate-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function migrated(): Promise<DatabaseSync> {
  const database = new DatabaseSync(":memory:");
  await migrate(database);
  return database;
}

test("an empty file gets the latest schema, our mark and its own incarnation", async () => {
  const [first, second] = [await migrated(), await migrated()];
  expect(readNumber(first, "PRAGMA user_version")).toBe(latestVersion);
  expect(readNumber(first, "PRAGMA application_id")).toBe(applicationId);
  const [incarnation, other] = [first, second].map((database) =>
    readRows(database, "SELECT value FROM store_info WHERE name = 'incarnation'").flat(),
  );
  expect(incarnation).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(incarnation).not.toEqual(other);
});

test("[M13] every version can be gone back to, and forward again to the same schema", async () => {
  const database = await migrated();
  const latest = schemaOf(database);
  for (let version = latestVersion - 1; version >= 0; version -= 1) {
    await migrate(database, { to: version });
    expect(readNumber(database, "PRAGMA user_version")).toBe(version);
    const fresh = new DatabaseSync(":memory:");
    await migrate(fresh, { to: version });
    expect(schemaOf(database)).toEqual(schemaOf(fresh));
    await migrate(database);
    expect(schemaOf(database)).toEqual(latest);
  }
  await migrate(database, { to: 0 });
  expect(schemaOf(database)).toEqual([]);
});

test("going back works on a database that holds data and statistics", async () => {
  const database = await migrated();
  database.exec(`INSERT INTO tenants VALUES (1, 'local');
    INSERT INTO search_index (rowid, words, whole, scope) VALUES (1, 'some words', '', 's1');
    ANALYZE`);
  await migrate(database, { to: 0 });
  await migrate(database);
  expect(readNumber(database, "SELECT count(*) FROM tenants")).toBe(0);
  expect(readNumber(database, "SELECT count(*) FROM search_index('words')")).toBe(0);
});

test("a database that is up to date is not written", async () => {
  const file = join(folder, "up-to-date.db");
  const database = new DatabaseSync(file);
  await migrate(database, { kinds: [notes] });
  database.close();
  const readOnly = new DatabaseSync(file, { readOnly: true });
  await migrate(readOnly, { kinds: [notes] });
  readOnly.close();
});

test("a file of an older schema is not opened for reading only", async () => {
  const path = join(folder, "older.db");
  const database = new DatabaseSync(path);
  await migrate(database, { to: latestVersion - 1 });
  database.close();
  const refusal = { code: "unavailable", reason: "older_schema" };
  await expect(sqliteStore({ path, readOnly: true })).rejects.toMatchObject(refusal);
  await (await sqliteStore({ path })).close();
  await (await sqliteStore({ path, readOnly: true })).close();
});

test("[M12] a newer schema is refused and left alone", async () => {
  const database = await migrated();
  database.exec(`PRAGMA user_version = ${latestVersion + 1}`);
  await expect(migrate(database)).rejects.toMatchObject({
    code: "unavailable",
    reason: "newer_schema",
    message: expect.stringContaining("Upgrade Throughline") as string,
  });
  await expect(migrate(database, { to: 0 })).rejects.toMatchObject({ reason: "newer_schema" });
  expect(readNumber(database, "SELECT count(*) FROM store_info")).toBe(2);
});

test.each([
  ["tables", "CREATE TABLE people (name TEXT)"],
  ["another mark", "PRAGMA application_id = 1234"],
  ["a version of its own", "PRAGMA user_version = 1"],
])("a database of another program, known by %s, is refused and left alone", async (_, sql) => {
  const database = new DatabaseSync(":memory:");
  database.exec(sql);
  const before = schemaOf(database);
  const refusal = { code: "unavailable", reason: "not_a_throughline_database" };
  await expect(migrate(database)).rejects.toMatchObject(refusal);
  expect(schemaOf(database)).toEqual(before);
});

test.each([-1, 0.5, latestVersion + 1])("version %d is refused", async (to) => {
  await expect(migrate(new DatabaseSync(":memory:"), { to })).rejects.toMatchObject({ code: "invalid" });
});

test("a lock that stays is given up on, and one that goes is waited for", async () => {
  const file = join(folder, "locked.db");
  const database = new DatabaseSync(file);
  const other = new DatabaseSync(file);
  other.exec("BEGIN EXCLUSIVE");
  await expect(migrate(database, { timeoutMs: 50 })).rejects.toMatchObject({
    code: "unavailable",
    reason: "locked",
    outcome: "refused",
    retryable: true,
  });
  const waiting = migrate(database, { timeoutMs: 10_000 });
  setTimeout(() => other.exec("COMMIT"), 50);
  await waiting;
  expect(readNumber(other, "PRAGMA user_version")).toBe(latestVersion);
  database.close();
  other.close();
});

test("a file that another process migrates meanwhile is not taken for a foreign one", async () => {
  const file = join(folder, "meanwhile.db");
  const [database, other] = [new DatabaseSync(file), new DatabaseSync(file)];
  let isMigrated = false;
  await migrate({
    exec: (sql) => database.exec(sql),
    prepare: (sql) => ({
      all(...values) {
        const rows = database.prepare(sql).all(...values);
        if (!isMigrated) {
          isMigrated = true;
          other.exec(
            `${migrations[0]?.up}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1`,
          );
        }
        return rows;
      },
    }),
  });
  expect(readNumber(database, "PRAGMA user_version")).toBe(latestVersion);
  database.close();
  other.close();
});

test("a failed step leaves the version before it", async () => {
  const database = await migrated();
  database.exec("DROP TABLE projects");
  const before = schemaOf(database);
  await expect(migrate(database, { to: 0 })).rejects.toMatchObject({
    cause: { message: "no such table: projects" },
  });
  expect(readNumber(database, "PRAGMA user_version")).toBe(latestVersion);
  expect(database.isTransaction).toBe(false);
  expect(schemaOf(database)).toEqual(before);
});

test("a kind gets its table once, with its keys", async () => {
  const database = await migrated();
  await migrate(database, { kinds: [notes] });
  const schema = schemaOf(database);
  await migrate(database, { kinds: [notes] });
  expect(schemaOf(database)).toEqual(schema);
  const insert = database.prepare("INSERT INTO notes VALUES (1, 'ann', ?, ?, ?, NULL, 0, ?, 1)");
  insert.run("a", "", 0, 0);
  insert.run("b", "", 0, 0);
  insert.run("c", "slug", 7, 0);
  insert.run("d", "slug", 7, 5);
  expect(() => insert.run("e", "slug", 0, 0)).toThrow(/UNIQUE/);
  expect(() => insert.run("e", "", 7, 0)).toThrow(/UNIQUE/);
  expect(() => insert.run("a", "", 0, 0)).toThrow(/UNIQUE/);
});

test.each([
  ["has other fields", { ...notes, fields: { ...notes.fields, extra: { type: "text" } } }],
  ["has other indexes", { ...notes, shapes: {} }],
  ["has the name of another table", { ...notes, name: "changes" }],
] satisfies [string, Kind][])("a kind that %s than its table is refused", async (_, kind) => {
  const database = await migrated();
  await migrate(database, { kinds: [notes] });
  await expect(migrate(database, { kinds: [kind] })).rejects.toMatchObject({
    code: "invalid",
    reason: "kind_changed",
  });
});
