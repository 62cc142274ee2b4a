import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Throughline, guardStore, parseTextQuery } from "@throughline/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addSession } from "../schema/test/add-session.ts";
import { sqliteStore } from "../sqlite-store.ts";
import { migrate } from "./migrate.ts";
import { readRows } from "./schema-database.ts";
import { schemaOf } from "./test/schema-of.ts";

const hash = "ab".repeat(32);
const staged = JSON.stringify("large");

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-version-1-"));
  path = join(folder, "throughline.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A file of the first version, as its store left it: two sessions, one with a message whose content is staged. */
async function writeVersion1(): Promise<DatabaseSync> {
  const database = new DatabaseSync(path);
  await migrate(database, { to: 1 });
  addSession(database, { key: 1, id: "plain", messages: ["one", "two"], fields: { title: "Kept" } });
  addSession(database, { key: 2, id: "staged", messages: ["first", hash, "native"] });
  database.exec("UPDATE message_rows SET content_format = 'blob' WHERE session_key = 2 AND seq = 2");
  const native = `{"format":"tool","blob":"${hash}"}`;
  database.prepare("UPDATE message_rows SET native = ? WHERE session_key = 2 AND seq = 3").run(native);
  database.prepare("INSERT INTO blobs VALUES (1, ?, ?, 2, 77, 1)").run(hash, staged.length);
  const piece = database.prepare("INSERT INTO blob_pieces VALUES (1, ?, ?, ?, 1)");
  piece.run(hash, 0, Buffer.from(staged.slice(0, 3)));
  piece.run(hash, 1, Buffer.from(staged.slice(3)));
  return database;
}

const tablesOfVersion1 = [
  "session_rows",
  "session_logs",
  "message_rows",
  "blobs",
  "blob_pieces",
  "changes",
] as const;

function contentsOf(database: DatabaseSync): unknown[][][] {
  return tablesOfVersion1.map((table) => readRows(database, `SELECT * FROM ${table} ORDER BY 1, 2, 3`));
}

test("[M11] a file of the first version keeps what it holds, and notes who refers to its blobs", async () => {
  (await writeVersion1()).close();
  const store = guardStore(await sqliteStore({ path }));
  try {
    expect(await store.check()).toEqual([]);
    const { answers } = await store.read({
      tenant: "local",
      requests: [
        { type: "get", kind: "blobs", keys: [[hash]] },
        { type: "get", kind: "sessions", keys: [["plain"], ["staged"]] },
        { type: "count", kind: "messages", shape: "key", prefix: ["staged"] },
        { type: "count", kind: "api_keys", shape: "created", prefix: [] },
      ],
    });
    expect(answers).toMatchObject([
      [{ hash, size: staged.length, pieces: 2, encoding: "", createdAt: 77, touchedAt: 77, revision: 1 }],
      [{ title: "Kept", lastSeq: 2 }, { lastSeq: 3 }],
      3,
      0,
    ]);
    const query = parseTextQuery("large");
    const { hits } = await store.search({ tenant: "local", text: query, order: "recent", skip: 0, limit: 5 });
    expect(hits).toMatchObject([{ session: "staged", seq: 2 }]);
    await store.commit({
      tenant: "local",
      writes: [
        {
          type: "insert",
          kind: "holds",
          record: { sessionId: "plain", reason: "", createdAt: 5 },
          exists: "fail",
        },
      ],
    });
    expect(await store.check()).toEqual([]);
    const erased = await new Throughline(store, { tenant: "local" }).sessions.delete("staged", {
      erase: true,
    });
    expect(erased.removed).toEqual({ sessions: 1, messages: 3, blob_references: 2, blobs: 1 });
    expect(await store.check()).toEqual([]);
  } finally {
    await store.close();
  }
});

test("[M13] up, down and up again keeps what the first version has a place for", async () => {
  const database = await writeVersion1();
  const [schema, contents] = [schemaOf(database), contentsOf(database)];
  await migrate(database, { to: 2 });
  const [schemaAfter, contentsAfter] = [schemaOf(database), contentsOf(database)];
  database.exec("INSERT INTO holds VALUES (1, 'plain', 'lost on the way back', 1, 1)");
  await migrate(database, { to: 1 });
  expect(schemaOf(database)).toEqual(schema);
  expect(contentsOf(database)).toEqual(contents);
  await migrate(database, { to: 2 });
  expect(schemaOf(database)).toEqual(schemaAfter);
  expect(contentsOf(database)).toEqual(contentsAfter);
  expect(readRows(database, "SELECT * FROM holds")).toEqual([]);
  database.close();
});
