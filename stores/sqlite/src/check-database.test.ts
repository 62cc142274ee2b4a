import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkDatabase } from "./check-database.ts";
import { migrate } from "./migrations/migrate.ts";
import { readNumber } from "./migrations/schema-database.ts";
import { addFeedEntry, addSession } from "./schema/test/add-session.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-check-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;

/** Content of which parts lie apart. */
function partsOf(...hashes: readonly string[]): string {
  const blobs = hashes.map((hash) => ({ hash, searched: true }));
  return JSON.stringify({ hash: "whole", texts: ["[", ...hashes.map(() => "]")], blobs });
}

/** A sound file: a plain session, one with a branch, a deleted message and a blob, a fork, and one of another tenant. */
async function soundFile(): Promise<{ database: DatabaseSync; file: string }> {
  files += 1;
  const file = join(folder, `${files}.db`);
  const database = new DatabaseSync(file);
  await migrate(database);
  addSession(database, { key: 1, id: "plain", messages: ["One", "Two", "Three"] });
  addSession(database, { key: 2, id: "rich", messages: ["One", "Two", "Again", "Four", "hash"] });
  addSession(database, { key: 3, id: "empty", messages: [] });
  addSession(database, { key: 4, id: "plain", messages: ["Theirs"], tenant: 2 });
  addSession(database, { key: 5, id: "fork", messages: [] });
  database.exec(`
    UPDATE message_rows SET parent_seq = 1 WHERE session_key = 2 AND seq = 3;
    INSERT INTO branches VALUES (2, 3, 1, 1);
    UPDATE message_rows SET content = '', token_count = 0, removed_at = 9000 WHERE session_key = 2 AND seq = 2;
    UPDATE session_logs SET message_count = 4, token_count = 4 WHERE session_key = 2;
    UPDATE message_rows SET content_format = 'blob' WHERE session_key = 2 AND seq = 5;
    UPDATE message_rows SET native = '{"format":"tool","blob":"hash"}' WHERE session_key = 2 AND seq = 4;
    UPDATE message_rows SET content_format = 'parts', content = '${partsOf("hash", "hash")}'
      WHERE session_key = 2 AND seq = 1;
    INSERT INTO blobs VALUES (1, 'hash', 5, 2, '', 9000, 9000, 1);
    INSERT INTO blob_pieces VALUES (1, 'hash', 0, x'222222', 1), (1, 'hash', 1, x'2222', 1);
    UPDATE session_rows SET forked_at = 2 WHERE session_key = 5;
    UPDATE session_logs SET last_seq = 2, head_seq = 2 WHERE session_key = 5;
    INSERT INTO search_index (rowid, words, whole, scope) SELECT message_key, content, '', '' FROM message_rows;
  `);
  append(database, 1, 4);
  append(database, 5, 3);
  database.exec("UPDATE search_progress SET position = 7");
  return { database, file };
}

/** One more message, with the short feed entry that a plain append writes. */
function append(database: DatabaseSync, sessionKey: number, seq: number): void {
  database.exec(`
    INSERT INTO message_rows SELECT NULL, ${sessionKey}, ${seq}, 'message-${seq}', ${seq - 1}, role, 'More', '', 1, '', '',
      NULL, '', 9000, 0, 0, 1, '' FROM message_rows WHERE message_key = 1;
    UPDATE session_logs SET last_seq = ${seq}, head_seq = ${seq}, message_count = message_count + 1,
      token_count = token_count + 1 WHERE session_key = ${sessionKey};
    INSERT INTO changes SELECT NULL, tenant, 9000, user_id, session_key, ${seq}, 1, NULL FROM session_rows
      WHERE session_key = ${sessionKey}`);
}

/** What pruning leaves of the feed. */
function prune(database: DatabaseSync, floor: number): void {
  database.exec(`DELETE FROM changes WHERE position <= ${floor} AND position < (SELECT max(position) FROM changes);
    UPDATE store_info SET value = '${floor}' WHERE name = 'feed_floor'`);
}

test("a sound file has no problems", async () => {
  const { database } = await soundFile();
  expect(checkDatabase(database)).toEqual([]);
});

test("the check only reads", async () => {
  const { file, database } = await soundFile();
  database.close();
  expect(checkDatabase(new DatabaseSync(file, { readOnly: true }))).toEqual([]);
});

test.each([0, 1, 5, 6, 7])("a file whose feed was pruned to %d has no problems", async (floor) => {
  const { database } = await soundFile();
  prune(database, floor);
  expect(checkDatabase(database)).toEqual([]);
  append(database, 1, 5);
  expect(checkDatabase(database)).toEqual([]);
});

test("a session that was removed and made again is sound", async () => {
  const { database } = await soundFile();
  for (const table of ["message_rows", "session_logs", "session_rows"]) {
    database.exec(`DELETE FROM ${table} WHERE session_key = 1`);
  }
  database.exec(`INSERT INTO removed_sessions VALUES (1, 1, 'plain');
    DELETE FROM search_index WHERE rowid NOT IN (SELECT message_key FROM message_rows)`);
  addFeedEntry(database, 1, 9_000, [
    { kind: "sessions", change: "remove", key: ["plain"], session: "plain" },
  ]);
  addSession(database, { key: 6, id: "plain", messages: ["Anew"] });
  expect(checkDatabase(database)).toEqual([]);
});

test("a packed blob is smaller than what it holds, and sound", async () => {
  const { database } = await soundFile();
  database.exec("UPDATE blobs SET encoding = 'gzip', size = 5000");
  expect(checkDatabase(database)).toEqual([]);
});

test.each([
  [
    "missing_positions",
    "plain",
    "UPDATE message_rows SET seq = 9, parent_seq = 8 WHERE session_key = 1 AND seq = 2",
  ],
  ["missing_positions", "plain", "UPDATE session_logs SET last_seq = 5 WHERE session_key = 1"],
  ["missing_positions", "fork", "UPDATE session_rows SET forked_at = 1 WHERE session_key = 5"],
  ["wrong_counts", "rich", "UPDATE session_logs SET message_count = 5 WHERE session_key = 2"],
  ["wrong_counts", "rich", "UPDATE session_logs SET token_count = 5 WHERE session_key = 2"],
  ["wrong_counts", "empty", "UPDATE session_logs SET message_count = 1 WHERE session_key = 3"],
  ["missing_head", "plain", "UPDATE session_logs SET head_seq = 17 WHERE session_key = 1"],
  ["wrong_parent", "rich", "UPDATE message_rows SET parent_seq = 3 WHERE session_key = 2 AND seq = 3"],
  ["missing_branch", "plain", "UPDATE message_rows SET parent_seq = 1 WHERE session_key = 1 AND seq = 3"],
  ["missing_branch", "rich", "UPDATE branches SET parent_seq = 0"],
  ["extra_branch", "plain", "INSERT INTO branches VALUES (1, 2, 1, 1)"],
  ["extra_branch", "plain", "INSERT INTO branches VALUES (1, 40, 1, 1)"],
  ["missing_log", "empty", "DELETE FROM session_logs WHERE session_key = 3"],
  ["wrong_shelf", "plain", "UPDATE session_rows SET listed = 0 WHERE session_key = 4"],
  ["unknown_tenant", "plain", "DELETE FROM tenants WHERE tenant = 2"],
  ["orphan", undefined, "DELETE FROM session_rows WHERE session_key = 2"],
  ["orphan", undefined, "INSERT INTO branches VALUES (77, 2, 0, 1)"],
  ["orphan", "gone", "INSERT INTO holds VALUES (1, 'gone', '', 1, 1)"],
  ["orphan", "rich", "INSERT INTO chat_settings VALUES (2, 'rich', '[]', 'auto', '', '', '{}', 1, 1, 1)"],
  ["incomplete_blob", "rich", "DELETE FROM blob_pieces WHERE piece = 1"],
  ["incomplete_blob", "rich", "UPDATE blob_pieces SET piece = 2 WHERE piece = 1"],
  ["incomplete_blob", "rich", "UPDATE blob_pieces SET bytes = x'22' WHERE piece = 1"],
  ["incomplete_blob", "rich", "DELETE FROM blobs"],
  ["incomplete_blob", "rich", "UPDATE blobs SET tenant = 2"],
  [
    "incomplete_blob",
    "rich",
    'UPDATE message_rows SET native = \'{"format":"tool","blob":"gone"}\' WHERE seq = 4',
  ],
  ["incomplete_blob", "rich", "UPDATE message_rows SET content = 'gone' WHERE content_format = 'blob'"],
  [
    "incomplete_blob",
    "rich",
    `UPDATE message_rows SET content = '${partsOf("hash", "gone")}' WHERE content_format = 'parts'`,
  ],
  ["wrong_counts", "fork", "UPDATE session_logs SET message_count = 3 WHERE session_key = 5"],
  ["wrong_search_progress", undefined, "UPDATE search_progress SET position = 8"],
  ["wrong_search_progress", undefined, "DELETE FROM search_progress"],
  [
    "orphaned_search_rows",
    undefined,
    "INSERT INTO search_index (rowid, words, whole, scope) VALUES (99, 'a', '', '')",
  ],
  ["missing_info", undefined, "DELETE FROM store_info WHERE name = 'incarnation'"],
  ["missing_info", undefined, "UPDATE store_info SET value = '' WHERE name = 'feed_floor'"],
  ["incomplete_feed", undefined, "DELETE FROM changes WHERE position = 2"],
  ["incomplete_feed", undefined, "UPDATE store_info SET value = '9' WHERE name = 'feed_floor'"],
  ["incomplete_feed", "plain", "UPDATE changes SET first_seq = 5 WHERE session_key = 1"],
  ["incomplete_feed", "plain", "UPDATE changes SET message_count = 2 WHERE session_key = 1"],
  ["incomplete_feed", "plain", "UPDATE changes SET entries = '[]' WHERE position = 4"],
  [
    "incomplete_feed",
    "rich",
    "UPDATE changes SET entries = replace(entries, 'rich', 'poor') WHERE position = 2",
  ],
])("%s of %s is found after %s", async (problem, session, damage) => {
  const { database } = await soundFile();
  database.exec(damage);
  const problems = checkDatabase(database);
  expect(problems).toContainEqual({
    problem,
    message: expect.stringMatching(/^\S.*\.$/s) as string,
    ...(session === undefined ? undefined : { session }),
  });
});

test("a message that the kept part of the feed should tell of is missed", async () => {
  const { database } = await soundFile();
  prune(database, 5);
  // Position 6 is the append to `plain`; what it told of is newer than nothing else then.
  database.exec("UPDATE changes SET session_key = NULL, entries = '[]' WHERE position = 7");
  expect(checkDatabase(database)).toMatchObject([{ problem: "incomplete_feed", session: "fork" }]);
});

test("a file with millions of findings tells of the first hundred", async () => {
  const { database } = await soundFile();
  for (let key = 100; key < 250; key += 1) database.exec(`INSERT INTO branches VALUES (1, ${key}, 1, 1)`);
  expect(checkDatabase(database)).toHaveLength(100);
});

test("overwritten pages are found", async () => {
  const { database, file } = await soundFile();
  const place = (name: string): number =>
    (readNumber(database, "SELECT rootpage FROM sqlite_schema WHERE name = ?", name) - 1) *
    readNumber(database, "PRAGMA page_size");
  const places = [place("message_rows"), place("session_rows")];
  database.close();
  overwrite(file, places);
  const problems = checkDatabase(new DatabaseSync(file));
  expect(problems[0]?.problem).toBe("damaged_file");
});

test("an index that does not agree with its table is found", async () => {
  const { database, file } = await soundFile();
  const pageSize = readNumber(database, "PRAGMA page_size");
  const root = readNumber(database, "SELECT rootpage FROM sqlite_schema WHERE name = 'message_rows_id'");
  database.close();
  // The last bytes of an index page are its first entry: a message id and its keys.
  const opened = openSync(file, "r+");
  writeSync(opened, Buffer.from("m"), 0, 1, root * pageSize - 3);
  closeSync(opened);
  const damaged = new DatabaseSync(file);
  expect(readNumber(damaged, "SELECT count(*) FROM pragma_quick_check WHERE quick_check = 'ok'")).toBe(1);
  expect(checkDatabase(damaged)).toContainEqual({
    problem: "damaged_file",
    message: expect.stringContaining("message_rows_id") as string,
  });
});

function overwrite(file: string, places: readonly number[]): void {
  const opened = openSync(file, "r+");
  for (const place of places) writeSync(opened, Buffer.alloc(1_000, 0xa5), 0, 1_000, place);
  closeSync(opened);
}
