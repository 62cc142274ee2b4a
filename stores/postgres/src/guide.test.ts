/** What `docs/postgres.md` says is so: its statements are run, and its names are looked up in the database. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type GuardedStore, guardStore, parseTextQuery } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readOptions } from "./options.ts";
import { postgresStore } from "./postgres-store.ts";
import { OLDEST_MAJOR } from "./server-facts.ts";
import { dropSchema } from "./test/raw-connection.ts";
import { append, insertSession, newMessage } from "./test/records.ts";

const readText = (path: string): string => readFileSync(join(import.meta.dirname, path), "utf8");
const guide = readText("../../../docs/postgres.md");
const troubleshooting = readText("../../../docs/troubleshooting.md");

const tenant = "default";
const schema = testPostgresSchema();
const client = new Client({ connectionString: testPostgresUrl() });
let store: GuardedStore;

beforeAll(async () => {
  await client.connect();
  store = guardStore(await postgresStore({ url: testPostgresUrl(), schema }), { clock: () => 7_000 });
  const said = (id: string, content: string, rest = {}) =>
    newMessage({ id, content, createdAt: 1_000, ...rest });
  const answered = { role: "assistant", model: "m", usage: '{"input":3,"output":2}', cost: 0.25 };
  await store.commit({
    tenant,
    writes: [
      insertSession({ id: "trip", title: "Plan a trip", toolId: "chat" }),
      {
        type: "append",
        session: ["trip"],
        exists: "fail",
        messages: [
          said("a", "Where to?"),
          said("b", "By train", answered),
          said("c", `${"So many words that it has slices. ".repeat(400)}The train!`, { createdAt: 2_000 }),
          said("d", "To the sea", answered),
        ],
        activity: 5_000,
      },
    ],
  });
  await store.commit({ tenant, writes: [insertSession({ id: "older" })] });
  await store.commit({ tenant, writes: [{ ...append("older", "x"), activity: 1_000 }] });
  // The index has followed when it returns.
  await store.prune({ changes: 0, operations: 0 });
  await client.query(`SET timezone = 'UTC'; ${statements("Five queries")[0]}`);
});
afterAll(async () => {
  await store.close();
  await client.end();
  await dropSchema(schema);
});

function section(title: string): string {
  const [, text] = guide.split(`\n## ${title}\n`);
  if (text === undefined) throw new Error(`there is no section ${title}`);
  return text.split("\n## ")[0] ?? "";
}

/** The statements of a section, for the schema of this test. */
function statements(title: string): string[] {
  return [...section(title).matchAll(/```sql\n(.*?)```/gs)].map(([, sql = ""]) =>
    sql.replaceAll(/\bthroughline\b/g, schema),
  );
}

async function read(sql: string, ...values: string[]): Promise<unknown[][]> {
  return (await client.query<unknown[]>({ text: sql, values, rowMode: "array" })).rows;
}

/** The names in the first column of a table. */
function firstColumn(text: string): string[] {
  return [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(.*?)`/g)].map(([, name = ""]) => name),
  );
}

test.each([
  [
    "the newest sessions",
    1,
    [
      [new Date(5_000), "chat", "Plan a trip", "4", "trip"],
      [new Date(1_000), "", "", "1", "older"],
    ],
  ],
  [
    "a conversation",
    2,
    [
      ["1", new Date(1_000), "user", "Where to?"],
      ["2", new Date(1_000), "assistant", "By train"],
      ["3", new Date(2_000), "user", expect.stringContaining("The train!")],
      ["4", new Date(1_000), "assistant", "To the sea"],
    ],
  ],
  ["what models used", 3, [["1970-01", "m", "2", "6", "4", "0.50"]]],
  [
    "messages that hold a word",
    4,
    [
      ["trip", "3", expect.stringMatching(/^So many words/)],
      ["trip", "2", "By train"],
    ],
  ],
])("the query for %s answers what it says", async (_, number, expected) => {
  expect(await read(statements("Five queries")[number] ?? "")).toEqual(expected);
});

test("the query for a word can use both indexes, and finds a message with slices", async () => {
  const [[slices]] = (await read("SELECT max(slices) FROM search_index")) as [[string]];
  expect(Number(slices)).toBeGreaterThan(1);
  const [, found] = /IN \(\n(.*?)\) {2}--/s.exec(statements("Five queries")[4] ?? "") ?? [];
  // Of so few rows the planner would read all.
  await client.query("SET enable_seqscan = off; SET enable_indexscan = off");
  const plan = (await read(`EXPLAIN ${found}`)).flat().join("\n");
  await client.query("RESET enable_seqscan; RESET enable_indexscan");
  expect(plan).toContain("search_index_words");
  expect(plan).toContain("search_index_sliced");
});

test("the query for commits tells which of them the index holds", async () => {
  const readCommits = (): Promise<unknown[][]> => read(statements("Five queries")[5] ?? "");
  const rows = [
    [expect.anything(), new Date(7_000), "older", "1", null, true],
    [expect.anything(), new Date(7_000), null, null, expect.stringContaining("older"), true],
    [expect.anything(), new Date(7_000), null, null, expect.stringContaining("trip"), true],
  ];
  expect(await readCommits()).toEqual(rows);
  await client.query("BEGIN; UPDATE search_progress SET position = position - 1");
  try {
    const indexed = (await readCommits()).map((row) => row.at(-1));
    expect(indexed).toEqual([false, true, true]);
  } finally {
    await client.query("ROLLBACK");
  }
});

test("it explains every table and view of the database with each of its columns, and nothing else", async () => {
  const relations = await read(
    `SELECT CASE c.relkind WHEN 'v' THEN 'View' ELSE 'Table' END, c.relname, string_agg(a.attname, ',')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'v') GROUP BY 1, 2`,
    schema,
  );
  const made = new Map(
    relations.map(([type, name, columns]) => [
      `${String(type)} ${String(name)}`,
      String(columns).split(",").toSorted(),
    ]),
  );
  const parts = [...guide.matchAll(/^### (Table|View) `(.*)`\n([^]*?)(?=\n#|$(?![^]))/gm)];
  const explained = new Map(
    parts.map(([, type, name, text = ""]) => [`${type} ${name}`, firstColumn(text).toSorted()]),
  );
  expect(explained).toEqual(made);
  expect(made.size).toBeGreaterThan(10);
});

test("it names every function and sequence of the schema", async () => {
  const names = await read(
    `SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace($1)
    UNION ALL SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'S'`,
    schema,
  );
  expect(names.length).toBeGreaterThan(2);
  for (const [name] of names) expect(section("Opening")).toContain(`\`${String(name)}\``);
});

test("its options, time limits and oldest version are those of the code", () => {
  const settings = readOptions({ url: "postgres://host/database" });
  const limits = [...section("Time limits").matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(
    ([, name = "", value = ""]) => [name, Number(value.replaceAll(",", ""))],
  );
  expect(Object.fromEntries(limits)).toEqual(settings.timeouts);
  const opening = section("Opening");
  expect(opening).toContain(`| \`pool.maximum\` | ${settings.maximum} |`);
  expect(opening).toContain(`| \`schema\` | \`${settings.schema}\` |`);
  expect(opening).toContain(`PostgreSQL ${OLDEST_MAJOR} or newer`);
});

test("its errors are those that the store makes, and troubleshooting has each", () => {
  const told = firstColumn(section("Errors"));
  const made = [...readText("postgres-error.ts").matchAll(/reason: "(\w+)"/g)].map(
    ([, reason = ""]) => reason,
  );
  expect(made.length).toBeGreaterThan(10);
  expect(made.filter((reason) => !told.includes(reason))).toEqual([]);
  const headings = (troubleshooting.match(/^### .*$/gm) ?? []).join("\n");
  expect(told.filter((reason) => !headings.includes(`\`${reason}\``))).toEqual([]);
});

test("the rights that it names are those that a writer and a reader need", async () => {
  const writer = schema.replace("test", "writer");
  const reader = schema.replace("test", "reader");
  const grants = statements("Rights").map((sql) =>
    sql.replaceAll("app_writer", writer).replaceAll("app_reader", reader),
  );
  await client.query(`CREATE ROLE ${writer} LOGIN PASSWORD 'w'; CREATE ROLE ${reader} LOGIN PASSWORD 'r'`);
  try {
    for (const grant of grants) await client.query(grant);
    const openAs = async (user: string, password: string): Promise<GuardedStore> => {
      const url = Object.assign(new URL(testPostgresUrl()), { username: user, password });
      return guardStore(await postgresStore({ url: url.href, schema }));
    };
    const writing = await openAs(writer, "w");
    await writing.commit({ tenant: "another", writes: [insertSession({ id: "s" }), append("s", "y")] });
    await writing.commit({
      tenant: "another",
      writes: [{ type: "remove", kind: "messages", key: ["s", 1] }],
    });
    await writing.prune({ changes: 0, operations: 0 });
    await writing.close();
    const reading = await openAs(reader, "r");
    expect(await search(reading)).toEqual(["3", "2"]);
    const refusal = { reason: "permission", outcome: "refused" };
    await expect(reading.commit({ tenant, writes: [insertSession({ id: "z" })] })).rejects.toMatchObject(
      refusal,
    );
    await reading.close();
  } finally {
    await client.query(`DROP OWNED BY ${writer}, ${reader} CASCADE; DROP ROLE ${writer}, ${reader}`);
  }
});

async function search(searched: GuardedStore): Promise<string[]> {
  const text = parseTextQuery("train");
  const { hits } = await searched.search({ tenant, text, order: "recent", limit: 10, skip: 0 });
  return hits.map(({ seq }) => String(seq));
}

test("an index that is thrown away as it says is built again", async () => {
  await client.query(statements("Search")[0] ?? "");
  expect(await read("SELECT seq FROM search_index WHERE tenant_id = $1", tenant)).toEqual([]);
  expect(await search(store)).toEqual(["3", "2"]);
  await store.prune({ changes: 0, operations: 0 });
  expect(
    await read("SELECT DISTINCT seq FROM search_index WHERE tenant_id = $1 ORDER BY seq", tenant),
  ).toHaveLength(4);
  expect(await search(store)).toEqual(["3", "2"]);
});

test("a new incarnation lets readers start over, and positions go on behind the last one", async () => {
  const [renew = "", setPositions = ""] = statements("Backups");
  const before = await store.changes({ tenant, limit: 10 });
  expect((await store.changes({ tenant, limit: 10, since: before.cursor })).startOver).toBe(false);
  await client.query(renew);
  expect((await store.changes({ tenant, limit: 10, since: before.cursor })).startOver).toBe(true);
  await client.query("ALTER SEQUENCE positions RESTART");
  await client.query(setPositions);
  const last = before.entries.at(-1)?.position ?? 0;
  const { position } = await store.commit({ tenant, writes: [append("older", "later")] });
  expect(position).toBeGreaterThan(last);
});
