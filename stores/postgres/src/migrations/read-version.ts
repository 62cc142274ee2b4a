import { ThroughlineError } from "@throughline/core";
import type { Connection } from "../database.ts";
import { latestVersion } from "./migrations.ts";

/**
 * The version of a schema: 0 for an empty one, undefined where there is none.
 *
 * @throws ThroughlineError `unavailable`: `not_a_throughline_database` where it holds something else, `newer_schema`.
 */
export async function readVersion(connection: Connection, schema: string): Promise<number | undefined> {
  const [row] = await connection.query(
    `SELECT EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid),
      EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'store_info' AND (
        SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('name', 'value')) = 2)
    FROM pg_namespace n WHERE n.nspname = $1`,
    [schema],
  );
  if (row === undefined) return undefined;
  const [isFilled, hasInfo] = row;
  if (isFilled !== true) return 0;
  const version = hasInfo === true ? await readStored(connection, schema) : Number.NaN;
  if (!Number.isSafeInteger(version) || version < 1) {
    const message = `The schema ${schema} holds tables that are not Throughline's. Name another schema.`;
    throw new ThroughlineError("unavailable", message, {
      reason: "not_a_throughline_database",
      outcome: "refused",
      details: { schema },
    });
  }
  if (version > latestVersion) {
    const message = `The schema ${schema} was made by a newer version of Throughline. Update this one.`;
    throw new ThroughlineError("unavailable", message, {
      reason: "newer_schema",
      outcome: "refused",
      details: { version, latest: latestVersion },
    });
  }
  return version;
}

async function readStored(connection: Connection, schema: string): Promise<number> {
  const sql = `SELECT "value" FROM "${schema}"."store_info" WHERE "name" = 'schema_version'`;
  const [row] = await connection.query(sql);
  return Number(row?.[0] ?? Number.NaN);
}
