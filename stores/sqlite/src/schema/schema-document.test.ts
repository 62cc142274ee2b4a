import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { migrate } from "../migrations/migrate.ts";
import { readRows } from "../migrations/schema-database.ts";
import { addSession } from "./test/add-session.ts";

const document = readFileSync(join(import.meta.dirname, "../../../../docs/schema.md"), "utf8");

const database = new DatabaseSync(":memory:");
await migrate(database);
addSession(database, {
  key: 1,
  id: "trip",
  fields: { title: "Plan a trip", toolId: "chat" },
  messages: ["Where to?", "By train", "To the sea", "By train, again"],
});
addSession(database, { key: 2, id: "older", messages: ["Hello"], createdAt: 10 });
database.exec(`
  UPDATE message_rows SET model = 'm', usage = '{"input":3,"output":2}', cost = 0.25 WHERE role = 'assistant';
  UPDATE message_rows SET parent_seq = 1 WHERE session_key = 1 AND seq = 4;
  INSERT INTO branches VALUES (1, 4, 1, 1);
  INSERT INTO search_index (rowid, words, whole, scope) SELECT message_key, lower(content), '', 's' || session_key
    FROM message_rows`);

const [newest, conversation, used, found, branched] = [...document.matchAll(/```sql\n(.*?)```/gs)].map(
  ([, sql = ""]) => sql,
);

test.each([
  [
    "the newest sessions",
    newest,
    [
      ["1970-01-01 00:00:05", "chat", "Plan a trip", 4, "trip"],
      ["1970-01-01 00:00:01", "", "", 1, "older"],
    ],
  ],
  [
    "a conversation",
    conversation,
    [
      [1, "user", "Where to?"],
      [2, "assistant", "By train"],
      [3, "user", "To the sea"],
      [4, "assistant", "By train, again"],
    ],
  ],
  ["what models used", used, [["1970-01", "m", 2, 6, 4, 0.5]]],
  [
    "messages that hold a word",
    found,
    [
      ["trip", 2, "By train"],
      ["trip", 4, "By train, again"],
    ],
  ],
  ["branches", branched, [["Plan a trip", 4, 1, "assistant", "By train, again"]]],
])("the query for %s answers what it says", (_, sql, expected) => {
  expect(readRows(database, sql ?? "")).toEqual(expected);
});

const things = readRows(
  database,
  `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'
  AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
).map(([name, type]) => [String(name), type === "view" ? "View" : "Table"] as const);

test.each(things)("%s is explained, with each of its columns", (name, type) => {
  const [, section] = document.split(`## ${type} \`${name}\`\n`);
  const text = section?.split("\n## ")[0] ?? "";
  const columns = readRows(database, "SELECT name FROM pragma_table_info(?)", name).map(([column]) =>
    String(column),
  );
  expect(columns.filter((column) => !text.includes(`\`${column}\``))).toEqual([]);
  expect(columns.length).toBeGreaterThan(0);
});

test("the document explains nothing that is not there", () => {
  const explained = [...document.matchAll(/^## (?:Table|View) `(.*)`$/gm)].map(([, name]) => name);
  expect(new Set(explained)).toEqual(new Set(things.map(([name]) => name)));
});
