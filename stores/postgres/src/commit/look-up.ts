/** Looks up what resolving a batch asks, and remembers how to check later that it is still so. */
import type { Found, Kind, Lookup, Row } from "@throughline/core";
import { isUniqueName, orderOf } from "@throughline/core";
import { type SqlRow, makeFind, makeSelect, selectedFields } from "@throughline/store-sql";
import { sqlType } from "../migrations/kind-table.ts";
import { operationColumns, readOperation } from "../operations.ts";
import type { Reading } from "../reading.ts";
import { removedKeyName } from "../removed-keys.ts";
import type { PostgresTable } from "../tables.ts";
import { tableOf } from "../tables.ts";
import { settleAll } from "../settle-all.ts";
import type { Step } from "./group-item.ts";

/** What was found, and the check that it is still so. */
interface Answer {
  readonly found: Found;
  readonly check: Step;
}

/** The lookups of one batch: what was found, each with its version. */
export class LookedUp {
  readonly #checks: Step[] = [];

  /** Answers lookups in one round trip. */
  async answer(reading: Reading, lookups: readonly Lookup[]): Promise<readonly Found[]> {
    const answers = await settleAll(lookups.map((lookup) => lookUp(reading, lookup)));
    this.#checks.push(...answers.map(({ check }) => check));
    return answers.map(({ found }) => found);
  }

  /** Checks that nothing of what was found has changed. Those of one kind are checked together. */
  checks(): readonly Step[] {
    const together = new Map<string, unknown[]>();
    for (const { sql, data } of this.#checks) {
      const rows = together.get(sql);
      if (rows === undefined) together.set(sql, [data]);
      else rows.push(data);
    }
    return [...together].map(([sql, data]) => ({ sql, data }));
  }
}

function lookUp(reading: Reading, lookup: Lookup): Promise<Answer> {
  switch (lookup.type) {
    case "operation":
      return lookUpOperation(reading, lookup.id);
    case "record":
      return lookUpRecord(reading, lookup);
    case "removed":
      return lookUpRemoved(reading, lookup);
    case "prefix":
      return lookUpPrefix(reading, lookup);
  }
}

const version = "concat_ws(' ', ctid, xmin)";

async function lookUpOperation({ connection, schema, tenant }: Reading, id: string): Promise<Answer> {
  const table = `"${schema}"."operations"`;
  const where = `"tenant_id" = $1 AND "operation_id" = `;
  const [row] = await connection.query(
    `SELECT ${operationColumns}, ${version} FROM ${table} WHERE ${where}$2`,
    [tenant, id],
  );
  return {
    found: row === undefined ? undefined : readOperation(row),
    check: {
      sql: checkOfVersions(`"id" text`, `SELECT ${version} AS version FROM ${table} WHERE ${where}c."id"`),
      data: { id, version: versionOf(row) },
    },
  };
}

async function lookUpRecord(
  { connection, tables, tenant }: Reading,
  { kind, key }: Extract<Lookup, { type: "record" }>,
): Promise<Answer> {
  const table = tableOf(tables, kind.name);
  const find = makeFind(tenant, table, key, selectedFields(kind, "all"), table.version);
  if (find === undefined) throw new TypeError(`${kind.name} has no place`);
  const [row] = await connection.query(find.sql, find.values);
  const unique = isUniqueName(key) ? key.unique : undefined;
  const values = isUniqueName(key) ? key.values : key;
  const named = values.map((value, index) => [`k${index}`, value] as const);
  return {
    found: row === undefined ? undefined : find.map(row),
    check: {
      sql: recordCheck(table, unique),
      data: { ...Object.fromEntries(named), version: versionOf(row) },
    },
  };
}

const recordChecks = new WeakMap<PostgresTable, Map<string, string>>();

function recordCheck(table: PostgresTable, unique: string | undefined): string {
  const known = recordChecks.get(table) ?? new Map<string, string>();
  recordChecks.set(table, known);
  const name = unique ?? "";
  let sql = known.get(name);
  if (sql === undefined) {
    const { kind } = table;
    const fields = unique === undefined ? kind.key : (kind.unique[unique]?.fields ?? []);
    const place =
      unique === undefined
        ? table.locate("", "key", [])
        : table.locateUnique(
            "",
            unique,
            fields.map(() => ""),
          );
    if (place === undefined) throw new TypeError(`${kind.name} has no place`);
    const held = unique === undefined ? fields.map((field) => `${table.column(field)} = ?`) : [];
    // The first mark is the tenant, those after it are the values of the key.
    let mark = -1;
    const where = [place.where, ...held]
      .join(" AND ")
      .replaceAll("?", () => ((mark += 1) === 0 ? "$1" : `c."k${mark - 1}"`));
    const columns = fields.map((field, index) => `"k${index}" ${fieldType(kind, field)}`).join(", ");
    sql = checkOfVersions(columns, `SELECT ${table.version} AS version FROM ${place.from} WHERE ${where}`);
    known.set(name, sql);
  }
  return sql;
}

function fieldType(kind: Kind, field: string): string {
  const declared = kind.fields[field];
  return declared === undefined ? "bigint" : sqlType(declared);
}

/** Whether the version of one of the rows in `$2` is not the one that is there now. */
function checkOfVersions(columns: string, current: string): string {
  return `SELECT EXISTS (SELECT 1 FROM json_to_recordset($2) AS c(${columns}, "version" text)
    LEFT JOIN LATERAL (${current} LIMIT 1) AS t ON true WHERE t.version IS DISTINCT FROM c."version")`;
}

/** As the database orders them by `COLLATE "C"`: versions are digits, commas and parentheses. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function versionOf(row: SqlRow | undefined): string | null {
  return row === undefined ? null : (row.at(-1) as string);
}

async function lookUpRemoved(
  { connection, schema, tenant }: Reading,
  { kind, key }: Extract<Lookup, { type: "removed" }>,
): Promise<Answer> {
  const from = `FROM "${schema}"."removed_keys" WHERE "tenant_id" = $1`;
  const name = removedKeyName(key);
  const [row] = await connection.query(`SELECT "revision" ${from} AND "kind" = $2 AND "key" = $3`, [
    tenant,
    kind.name,
    name,
  ]);
  const revision = row === undefined ? null : (row[0] as number);
  const current = `SELECT "revision"::text AS version ${from} AND "kind" = c."kind" AND "key" = c."key"`;
  return {
    found: revision ?? 0,
    check: {
      sql: checkOfVersions(`"kind" text, "key" text`, current),
      data: { kind: kind.name, key: name, version: revision === null ? null : String(revision) },
    },
  };
}

/** The first records under a prefix: checked to be the same ones, in the same versions. */
async function lookUpPrefix(
  { connection, tables, tenant }: Reading,
  { kind, shape, prefix, limit }: Extract<Lookup, { type: "prefix" }>,
): Promise<Answer> {
  const table = tableOf(tables, kind.name);
  const selection = { shape, prefix, direction: "forward" } as const;
  const fields = selectedFields(kind, "all");
  const select = makeSelect(tenant, table, selection, fields, limit, table.version);
  const rows = select === undefined ? [] : await connection.query(select.sql, select.values);
  const named = prefix.map((value, index) => [`k${index}`, value] as const);
  const versions = rows.map((row) => String(versionOf(row))).toSorted(compareText);
  return {
    found: select === undefined ? [] : rows.map((row): Row => select.map(row)),
    check: {
      sql: prefixCheck(table, shape, prefix.length),
      data: {
        ...Object.fromEntries(named),
        limit,
        version: versions.length === 0 ? null : versions.join(", "),
      },
    },
  };
}

function prefixCheck(table: PostgresTable, shape: string, length: number): string {
  const { kind } = table;
  const order = orderOf(kind, shape);
  const held = order.slice(0, length);
  const column = (field: string): string => table.orderColumn?.(field, shape) ?? table.column(field);
  const place = table.locate("", shape, []);
  if (place === undefined) throw new TypeError(`${kind.name} has no place`);
  const where = [
    place.where.replace("?", "$1"),
    ...held.map((field, index) => `${column(field)} = c."k${index}"`),
  ];
  const first = `SELECT ${table.version} AS version FROM ${place.from} WHERE ${where.join(" AND ")}
    ORDER BY ${order.map(column).join(", ")} LIMIT c."limit"`;
  const columns = [...held.map((field, index) => `"k${index}" ${fieldType(kind, field)}`), `"limit" bigint`];
  return checkOfVersions(
    columns.join(", "),
    `SELECT string_agg(f.version, ', ' ORDER BY f.version COLLATE "C") AS version FROM (${first}) f`,
  );
}
