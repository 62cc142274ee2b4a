import { type Kind, columnName, productKinds } from "@throughline/core";
import { sessionLogFields } from "@throughline/store-sql";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { is } from "drizzle-orm";
import { PgColumn, PgTable, PgView, getTableConfig, getViewConfig } from "drizzle-orm/pg-core";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindTable, sqlType } from "../migrations/kind-table.ts";
import { postgresStore } from "../postgres-store.ts";
import * as schema from "./index.ts";

const tables = Object.values(schema)
  .filter((thing) => is(thing, PgTable))
  .map((table) => getTableConfig(table));
const views = Object.values(schema)
  .filter((thing) => is(thing, PgView))
  .map((view) => getViewConfig(view));

const name = testPostgresSchema();
const client = new Client({ connectionString: testPostgresUrl() });
beforeAll(async () => {
  await (await postgresStore({ url: testPostgresUrl(), schema: name })).close();
  await client.connect();
});
afterAll(async () => {
  await client.query(`DROP SCHEMA "${name}" CASCADE`);
  await client.end();
});

async function read(sql: string, ...values: string[]): Promise<string[][]> {
  const { rows } = await client.query<string[]>({ text: sql, values: [name, ...values], rowMode: "array" });
  return rows;
}

async function namesOf(...types: string[]): Promise<string[]> {
  const rows = await read(
    `SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind::text = ANY ($2::text[])`,
    `{${types.join()}}`,
  );
  return rows.map(([relation]) => relation as string);
}

/** Name, type, and for tables whether it is never null. */
function columnsOf(table: string): Promise<string[][]> {
  return read(
    `SELECT attname, format_type(atttypid, atttypmod), attnotnull::text FROM pg_attribute
    WHERE attrelid = format('%I.%I', $1::text, $2::text)::regclass AND attnum > 0 ORDER BY attnum`,
    table,
  );
}

function declaredColumns(columns: readonly PgColumn[]): string[][] {
  return columns.map((column) => [column.name, column.getSQLType(), String(column.notNull)]);
}

function quotedList(columns: readonly { readonly name?: string | undefined }[]): string {
  return columns.map((column) => column.name).join(", ");
}

test("Drizzle has every table and view, and no other", async () => {
  expect(tables.map((table) => table.name).toSorted()).toEqual((await namesOf("r")).toSorted());
  expect(views.map((view) => view.name).toSorted()).toEqual((await namesOf("v")).toSorted());
});

test.each(tables.map((table) => [table.name, table] as const))(
  "Drizzle's %s has the columns, keys and indexes of the database",
  async (table, config) => {
    expect(declaredColumns(config.columns)).toEqual(await columnsOf(table));
    const own = config.columns.filter((column) => column.primary);
    const keys = config.primaryKeys.map(({ columns }) => quotedList(columns));
    const declared = [
      `PRIMARY KEY (${keys[0] ?? quotedList(own)})`,
      ...config.indexes.map(({ config: index }) => {
        const where = index.where?.queryChunks
          .flatMap((chunk) => ("value" in Object(chunk) ? (chunk as { value: string[] }).value : []))
          .join("");
        const unique = index.unique ? "UNIQUE " : "";
        const filled = where === undefined ? "" : ` WHERE ${where.replaceAll('"', "")}`;
        return `${unique}${index.name} (${quotedList(index.columns as { name: string }[])})${filled}`;
      }),
    ];
    const made = await read(
      `SELECT CASE WHEN x.indisprimary THEN 'PRIMARY KEY' ELSE
          concat(CASE WHEN x.indisunique THEN 'UNIQUE ' END, i.relname) END ||
        replace(regexp_replace(regexp_replace(pg_get_indexdef(i.oid), '^.* USING \\w+', ''), ' WITH \\([^)]*\\)', ''), '::text', '')
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      WHERE x.indrelid = format('%I.%I', $1::text, $2::text)::regclass`,
      table,
    );
    const plain = made.map(([index]) =>
      String(index).replaceAll(/[()"]/g, " ").replaceAll(/\s+/g, " ").trim(),
    );
    expect(
      declared.map((index) => index.replaceAll(/[()"]/g, " ").replaceAll(/\s+/g, " ").trim()).toSorted(),
    ).toEqual(plain.toSorted());
  },
);

test.each(views.map((view) => [view.name, view] as const))(
  "Drizzle's view %s has the columns of the database",
  async (view, { selectedFields }) => {
    const columns = Object.values(selectedFields).filter((column) => is(column, PgColumn));
    const made = (await columnsOf(view)).map(([column, type]) => [column, type]);
    expect(declaredColumns(columns).map(([column, type]) => [column, type])).toEqual(made);
  },
);

test("text of every table is compared by code point", async () => {
  const rows = await read(
    `SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND a.attnum > 0 AND a.attcollation <> 0
      AND l.collname <> 'C'`,
  );
  expect(rows).toEqual([]);
});

const own = (kind: Kind) => (field: string) =>
  kind.name !== "sessions" ? kind.name : sessionLogFields.has(field) ? "session_logs" : "session_rows";

test.each(productKinds.map((kind) => [kind.name, kind] as const))(
  "every field of %s has its column",
  async (_, kind) => {
    for (const [field, declared] of Object.entries(kind.fields)) {
      const columns = await columnsOf(own(kind)(field));
      expect(columns, field).toContainEqual([
        columnName(kind, field),
        sqlType(declared),
        String(declared.nullable !== true),
      ]);
    }
  },
);

const generic = productKinds.filter((kind) => kind.name !== "sessions" && kind.name !== "messages");

test.each(generic.map((kind) => [kind.name, kind] as const))(
  "the migrated %s is what the rule for kinds makes",
  async (table, kind) => {
    const made = { columns: await columnsOf(table), indexes: await indexesOf(table) };
    await client.query(`DROP TABLE "${name}"."${table}"`);
    const { create, indexes } = kindTable(kind, name);
    await client.query([create, ...indexes.map((index) => index.create)].join("; "));
    expect({ columns: await columnsOf(table), indexes: await indexesOf(table) }).toEqual(made);
  },
);

async function indexesOf(table: string): Promise<unknown[]> {
  const sql = "SELECT indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = $2 ORDER BY indexname";
  return (await read(sql, table)).flat();
}
