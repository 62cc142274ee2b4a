import type { PruneTimes } from "@throughline/core";
import type { Connection } from "./database.ts";

/** Entries removed by one statement: a tenant's readers and writers go on meanwhile, and no statement takes long. */
const CHUNK = 10_000;

/**
 * Removes what is kept for a time only. Entries of a tenant go in order, up to the first that is to stay; the newest one
 * stays, as a tenant's last position is read from it.
 */
export async function prune(
  connection: Connection,
  schema: string,
  { changes, operations }: PruneTimes,
): Promise<void> {
  for (const tenant of await tenantsOf(connection, schema))
    await pruneFeed(connection, schema, tenant, changes);
  await removeAll(connection, `"${schema}"."operations"`, `"at" < $1`, operations);
  // A session that was erased never comes back, however long ago it was.
  await removeAll(
    connection,
    `"${schema}"."removed_keys"`,
    `"removed_at" < $1 AND "kind" <> 'sessions'`,
    changes,
  );
}

/** Every tenant with a feed, found from one to the next in the index. */
export async function tenantsOf(connection: Connection, schema: string): Promise<string[]> {
  const rows = await connection.query(
    `WITH RECURSIVE tenants AS (
      (SELECT "tenant_id" FROM "${schema}"."changes" ORDER BY "tenant_id" LIMIT 1)
      UNION ALL
      SELECT (SELECT c."tenant_id" FROM "${schema}"."changes" c WHERE c."tenant_id" > t."tenant_id"
        ORDER BY c."tenant_id" LIMIT 1)
      FROM tenants t WHERE t."tenant_id" IS NOT NULL
    ) SELECT "tenant_id" FROM tenants WHERE "tenant_id" IS NOT NULL`,
  );
  return rows.map(([tenant]) => tenant as string);
}

async function pruneFeed(
  connection: Connection,
  schema: string,
  tenant: string,
  before: number,
): Promise<void> {
  const table = `"${schema}"."changes"`;
  const [row] = await connection.query(
    `SELECT (SELECT max("position") FROM ${table} WHERE "tenant_id" = $1),
      (SELECT "position" FROM ${table} WHERE "tenant_id" = $1 AND "at" >= $2 ORDER BY "position" LIMIT 1)`,
    [tenant, before],
  );
  const last = Number(row?.[0] ?? 0);
  const kept = row?.[1] ?? null;
  const cut = kept === null ? last : await positionBefore(connection, table, tenant, Number(kept));
  if (cut === 0) return;
  // The floor first: a reader that finds entries gone knows that they were.
  await connection.query(
    `INSERT INTO "${schema}"."feed_floors" AS f ("tenant_id", "position") VALUES ($1, $2)
    ON CONFLICT ("tenant_id") DO UPDATE SET "position" = greatest(f."position", excluded."position")`,
    [tenant, cut],
  );
  const doomed = `"tenant_id" = $1 AND "position" <= $2 AND "position" < $3`;
  for (let count = CHUNK; count === CHUNK;) {
    const rows = await connection.query(
      `WITH gone AS (DELETE FROM ${table} WHERE "tenant_id" = $1 AND "position" IN (
        SELECT "position" FROM ${table} WHERE ${doomed} ORDER BY "position" LIMIT ${CHUNK}) RETURNING 1)
      SELECT count(*) FROM gone`,
      [tenant, cut, last],
    );
    count = Number(rows[0]?.[0]);
  }
}

/** The last position before one that stays; 0 where there is none. */
async function positionBefore(
  connection: Connection,
  table: string,
  tenant: string,
  kept: number,
): Promise<number> {
  const sql = `SELECT max("position") FROM ${table} WHERE "tenant_id" = $1 AND "position" < $2`;
  const [row] = await connection.query(sql, [tenant, kept]);
  return Number(row?.[0] ?? 0);
}

async function removeAll(
  connection: Connection,
  table: string,
  where: string,
  before: number,
): Promise<void> {
  for (let count = CHUNK; count === CHUNK;) {
    const rows = await connection.query(
      `WITH gone AS (DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${table} WHERE ${where} LIMIT ${CHUNK})) RETURNING 1) SELECT count(*) FROM gone`,
      [before],
    );
    count = Number(rows[0]?.[0]);
  }
}
