import { type Kind, ThroughlineError, productKinds } from "@throughline/core";
import type { Connection } from "../database.ts";
import { kindTable, sqlType } from "./kind-table.ts";
import { latestVersion, migrations } from "./migrations.ts";
import { readVersion } from "./read-version.ts";

export interface MigrateOptions {
  readonly schema: string;
  /** The version to go to, up or down; going down loses what older versions have no place for. Default: the latest. */
  readonly to?: number;
  /** Kinds beside the product's: a table is made for each that has none. Default: none. */
  readonly kinds?: readonly Kind[];
}

/** Another process may be at it, and large tables take their time. */
const LIMIT_MS = 10 * 60_000;

/**
 * Brings a schema to a version, all in one transaction under a lock: a process that is killed leaves the old version or
 * the new one, and of several that start at once one does it. When there is nothing to do, nothing is locked.
 *
 * @throws ThroughlineError `unavailable`: `not_a_throughline_database`, `newer_schema`; `invalid`: `kind_changed` when a
 * table of a kind's name is not the kind's. Errors of the server stay as they are.
 */
export async function migrate(connection: Connection, options: MigrateOptions): Promise<void> {
  const { schema, to = latestVersion, kinds = [] } = options;
  if (!Number.isSafeInteger(to) || to < 0 || to > latestVersion) {
    const message = `There is no schema version ${to}: the latest is ${latestVersion}.`;
    throw new ThroughlineError("invalid", message, {
      reason: "schema_version",
      details: { to, latest: latestVersion },
    });
  }
  const own = to === 0 ? [] : kinds.filter((kind) => !productKinds.some(({ name }) => name === kind.name));
  const version = await readVersion(connection, schema);
  if (version === to && (await missingTables(connection, schema, own)).length === 0) return;
  const limit = `SET LOCAL lock_timeout = ${LIMIT_MS}; SET LOCAL statement_timeout = ${LIMIT_MS}`;
  await connection.transaction(`BEGIN; ${limit}`, async () => {
    await connection.query(
      "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
      [`throughline ${schema}`],
      {
        timeoutMs: LIMIT_MS,
      },
    );
    await bringTo(connection, schema, to);
    const missing = await missingTables(connection, schema, own);
    const tables = missing.flatMap((kind) => {
      const { create, indexes } = kindTable(kind, schema);
      return [create, ...indexes.map((index) => index.create)];
    });
    if (tables.length > 0) await connection.execute(tables.join(";\n"), { timeoutMs: LIMIT_MS });
  });
}

/** From wherever another process may have brought it. */
async function bringTo(connection: Connection, schema: string, to: number): Promise<void> {
  const found = await readVersion(connection, schema);
  const steps = found === undefined ? [`CREATE SCHEMA "${schema}"`] : [];
  let version = found ?? 0;
  while (version !== to) {
    const next = version < to ? version + 1 : version - 1;
    const migration = migrations[Math.max(version, next) - 1];
    if (migration === undefined) throw new RangeError(`There is no migration ${Math.max(version, next)}`);
    steps.push((version < to ? migration.up : migration.down).replaceAll('"throughline"', `"${schema}"`));
    if (next > 0) steps.push(setVersion(schema, next));
    version = next;
  }
  if (steps.length > 0) await connection.execute(steps.join(";\n"), { timeoutMs: LIMIT_MS });
}

function setVersion(schema: string, version: number): string {
  return `INSERT INTO "${schema}"."store_info" ("name", "value") VALUES ('schema_version', '${version}')
    ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;
}

/** The kinds that have no table yet; refuses a table that is not as its kind says. */
async function missingTables(
  connection: Connection,
  schema: string,
  kinds: readonly Kind[],
): Promise<readonly Kind[]> {
  if (kinds.length === 0) return [];
  const rows = await connection.query(
    `SELECT c.relname,
      (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, NULL), a.attnotnull), ', ' ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      (SELECT string_agg(i.relname, ', ' ORDER BY i.relname COLLATE "C")
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = ANY ($2)`,
    [schema, kinds.map(({ name }) => name)],
  );
  const found = new Map(
    rows.map(([name, columns, indexes]) => [name, `${String(columns)}; ${String(indexes)}`]),
  );
  return kinds.filter((kind) => {
    const table = found.get(kind.name);
    if (table === undefined) return true;
    if (table === describeTable(kind, schema)) return false;
    const message = `The table ${kind.name} of this schema is not that of the kind ${kind.name}.`;
    throw new ThroughlineError("invalid", message, { reason: "kind_changed", details: { kind: kind.name } });
  });
}

/** What the catalog says of a kind's table. */
function describeTable(kind: Kind, schema: string): string {
  const { create, indexes, table } = kindTable(kind, schema);
  const names = [...create.matchAll(/^ {2}"(\w+)"/gm)].map(([, name]) => name);
  const fields = Object.values(kind.fields);
  const columns = names.map((name, index) => {
    const field =
      index === 0 ? ({ type: "text" } as const) : (fields[index - 1] ?? ({ type: "integer" } as const));
    const isNullable = "nullable" in field && field.nullable;
    return `${name} ${sqlType(field)} ${isNullable ? "f" : "t"}`;
  });
  return `${columns.join(", ")}; ${[`${table}_pkey`, ...indexes.map(({ name }) => name)].toSorted().join(", ")}`;
}
