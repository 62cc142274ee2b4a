/** Damage of every kind is found, and named. */
import { guardStore, newId } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkRules } from "./check-rules.ts";
import { postgresStore } from "./postgres-store.ts";
import { dropSchema, withClient } from "./test/raw-connection.ts";
import { append, insertSession, tenant } from "./test/records.ts";

const schema = testPostgresSchema();
const store = postgresStore({ url: testPostgresUrl(), schema }).then((opened) => guardStore(opened));

beforeAll(async () => {
  const guarded = await store;
  await guarded.commit({ tenant, writes: [insertSession({ id: "s" }), insertSession({ id: "t" })] });
  for (const id of ["a", "b", "c"]) await guarded.commit({ tenant, writes: [append("s", id)] });
});
afterAll(async () => {
  await (await store).close();
  await dropSchema(schema);
});

const damages: readonly (readonly [problem: string, sql: string])[] = [
  ["missing_positions", "DELETE FROM messages WHERE seq = 2"],
  ["wrong_counts", "UPDATE session_logs SET token_count = 7 WHERE session_id = 's'"],
  ["missing_head", "UPDATE session_logs SET head_seq = 9 WHERE session_id = 's'"],
  ["wrong_parent", "UPDATE messages SET parent_seq = 3 WHERE seq = 3"],
  ["missing_branch", "UPDATE messages SET parent_seq = 1 WHERE seq = 3"],
  ["extra_branch", `INSERT INTO branches VALUES ('${tenant}', 's', 3, 1, 1)`],
  ["missing_log", "DELETE FROM session_logs WHERE session_id = 't'"],
  ["wrong_shelf", "UPDATE session_logs SET listed = NOT listed WHERE session_id = 't'"],
  ["orphan", `INSERT INTO branches VALUES ('${tenant}', 'gone', 3, 1, 1)`],
  ["orphan", `INSERT INTO holds VALUES ('${tenant}', 'gone', '', 1, 1)`],
  ["incomplete_blob", `UPDATE messages SET content_format = 'blob', content = '${newId()}' WHERE seq = 1`],
  [
    "incomplete_blob",
    `UPDATE messages SET content_format = 'parts', content = '{"blobs":[{"hash":"gone"}]}' WHERE seq = 1`,
  ],
  ["incomplete_feed", "DELETE FROM changes WHERE first_seq = 2"],
  ["incomplete_feed", "DELETE FROM changes WHERE first_seq = 3"],
  ["incomplete_feed", "SELECT setval('positions', 1)"],
  ["missing_info", "DELETE FROM store_info WHERE name = 'incarnation'"],
];

test.each(damages)("%s is found: %s", async (problem, sql) => {
  expect(await (await store).check()).toEqual([]);
  const saved = ["session_rows", "session_logs", "messages", "branches", "holds", "changes", "store_info"];
  await withClient(async (client) => {
    await client.query(`SET search_path = "${schema}"`);
    for (const table of saved) await client.query(`CREATE TABLE saved_${table} AS TABLE ${table}`);
    const { rows } = await client.query<{ last_value: string }>("SELECT last_value FROM positions");
    await client.query(sql);
    try {
      expect((await (await store).check()).map((found) => found.problem)).toContain(problem);
    } finally {
      for (const table of saved) {
        await client.query(
          `DELETE FROM ${table}; INSERT INTO ${table} TABLE saved_${table}; DROP TABLE saved_${table}`,
        );
      }
      await client.query("SELECT setval('positions', $1)", [rows[0]?.last_value]);
    }
  });
});

test("every rule has a damage that it finds", () => {
  const found = new Set(damages.map(([problem]) => problem));
  expect(checkRules.map(({ problem }) => problem).filter((problem) => !found.has(problem))).toEqual([]);
});
