import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Kind, SESSION_LOG_FIELDS, columnName, fts5Tokenizer, productKinds } from "@throughline/core";
import { is } from "drizzle-orm";
import {
  SQLiteColumn,
  SQLiteTable,
  SQLiteView,
  getTableConfig,
  getViewConfig,
} from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { kindTable, sqlType } from "../migrations/kind-table.ts";
import { migrate } from "../migrations/migrate.ts";
import { readRows } from "../migrations/schema-database.ts";
import * as schema from "./index.ts";

const database = new DatabaseSync(":memory:");
await migrate(database);

const tables = Object.values(schema)
  .filter((thing) => is(thing, SQLiteTable))
  .map(getTableConfig);
const views = Object.values(schema)
  .filter((thing) => is(thing, SQLiteView))
  .map(getViewConfig);

/** Name, type, not null, place in the primary key. */
type Column = readonly [name: string, type: string, notNull: boolean, key: number];

function columnsOf(table: string): Column[] {
  return readRows(database, `SELECT name, type, "notnull", pk FROM pragma_table_info(?)`, table).map(
    ([name, type, notNull, key]) => [String(name), String(type), notNull === 1, Number(key)],
  );
}

function namesOf(type: string): string[] {
  const sql = `SELECT name FROM pragma_table_list WHERE type = ? AND schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`;
  return readRows(database, sql, type).map(([name]) => String(name));
}

/** The SQL of what a migration made, without spaces that only lay it out. */
function sqlOf(name: string): string {
  const [[sql] = []] = readRows(database, "SELECT sql FROM sqlite_schema WHERE name = ?", name);
  return String(sql).replaceAll(/\s+/g, " ");
}

test("Drizzle has every table and view, and no other", () => {
  expect(tables.map(({ name }) => name).toSorted()).toEqual(namesOf("table"));
  expect(views.map(({ name }) => name).toSorted()).toEqual(namesOf("view"));
  expect(namesOf("virtual")).toEqual(["search_index"]);
});

test.each(tables.map((table) => [table.name, table] as const))(
  "Drizzle's %s has the columns of the file",
  (name, table) => {
    const [composite] = table.primaryKeys;
    const key =
      composite?.columns.map((column) => column.name) ??
      table.columns.filter((column) => column.primary).map((column) => column.name);
    const columns = table.columns.map((column): Column => [
      column.name,
      column.getSQLType().toUpperCase(),
      column.notNull,
      key.indexOf(column.name) + 1,
    ]);
    expect(columns).toEqual(columnsOf(name));
  },
);

test.each(tables.map((table) => [table.name, table] as const))(
  "Drizzle's %s has the indexes of the file",
  (name, table) => {
    const declared = table.indexes.map(({ config }) => {
      const columns = config.columns
        .map((column) => ("name" in column ? `"${column.name}"` : "an expression"))
        .join(", ");
      const where = config.where?.queryChunks
        .flatMap((chunk) => ("value" in Object(chunk) ? (chunk as { value: string[] }).value : []))
        .join("");
      const create = `CREATE ${config.unique ? "UNIQUE " : ""}INDEX "${config.name}" ON "${name}" (${columns})`;
      return where === undefined ? create : `${create} WHERE ${where}`;
    });
    const made = readRows(database, "SELECT name FROM pragma_index_list(?) WHERE origin = 'c'", name);
    expect(declared.toSorted()).toEqual(made.map(([index]) => sqlOf(String(index))).toSorted());
  },
);

test.each(views.map((view) => [view.name, view] as const))(
  "Drizzle's view %s has the columns of the file",
  (name, view) => {
    const columns = Object.values(view.selectedFields).filter((column) => is(column, SQLiteColumn));
    // In any order: a view shows columns in the order that people read them.
    const declared = columns.map((column): string => `${column.name} ${column.getSQLType().toUpperCase()}`);
    expect(new Set(declared)).toEqual(new Set(columnsOf(name).map(([column, type]) => `${column} ${type}`)));
    expect(declared).toHaveLength(columnsOf(name).length);
  },
);

test("every table is STRICT", () => {
  const sql =
    "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  expect(readRows(database, sql)).toEqual([]);
});

test("the index splits text where the tokens of core end", () => {
  expect(sqlOf("search_index")).toContain(`tokenize="${fts5Tokenizer}"`);
});

/** Where each field of a kind is: its own table, or for sessions and messages the tables behind their views. */
function tablesOf({ name }: Kind): (field: string) => string {
  const logFields: ReadonlySet<string> = new Set([...SESSION_LOG_FIELDS, "revision"]);
  if (name === "sessions") return (field) => (logFields.has(field) ? "session_logs" : "session_rows");
  return () => (name === "messages" ? "message_rows" : name);
}

test.each(productKinds.map((kind) => [kind.name, kind] as const))(
  "every field of %s has its column",
  (name, kind) => {
    const tableOf = tablesOf(kind);
    // A session is known by a number inside the file.
    const isInside = (field: string): boolean =>
      (name === "messages" || name === "branches") && field === "sessionId";
    for (const [field, declared] of Object.entries(kind.fields)) {
      if (isInside(field)) continue;
      const column = columnsOf(tableOf(field)).find((candidate) => candidate[0] === columnName(kind, field));
      expect(column?.slice(0, 3), field).toEqual([
        columnName(kind, field),
        sqlType(declared),
        declared.nullable !== true,
      ]);
    }
    expect(columnsOf(tableOf("revision"))).toContainEqual(["revision", "INTEGER", true, 0]);
  },
);

test.each(["sessions", "messages"])("the view %s shows every field", (name) => {
  const kind = productKinds.find((candidate) => candidate.name === name);
  const shown = columnsOf(name).map(([column]) => column);
  for (const field of Object.keys(kind?.fields ?? {})) {
    expect(shown).toContain(kind === undefined ? "" : columnName(kind, field));
  }
  expect(kind).toBeDefined();
});

const ownLayouts = new Set(["sessions", "messages", "branches"]);
const generic = productKinds.filter(({ name }) => !ownLayouts.has(name));

test.each(generic.map((kind) => [kind.name, kind] as const))(
  "the migrated %s is what the rule for kinds makes",
  (_, kind) => {
    const { table, create, indexes } = kindTable(kind);
    for (const made of [{ name: table, create }, ...indexes]) {
      expect(sqlOf(made.name)).toBe(made.create.replaceAll(/\s+/g, " "));
    }
  },
);

test("Drizzle Kit's snapshot is up to date, so that the next migration can be generated", () => {
  const home = join(import.meta.dirname, "../..");
  const folder = mkdtempSync(join(tmpdir(), "throughline-drizzle-"));
  cpSync(join(home, "drizzle"), folder, { recursive: true });
  const program = import.meta.resolve("drizzle-kit").replace("file://", "");
  const output = execFileSync(
    process.execPath,
    [
      join(program, "../bin.cjs"),
      "generate",
      "--dialect=sqlite",
      "--schema=./src/schema/index.ts",
      `--out=${relative(home, folder)}`,
    ],
    { cwd: home, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } },
  );
  rmSync(folder, { recursive: true });
  expect(output).toContain("No schema changes");
});
