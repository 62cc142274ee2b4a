/** The change feed in the table `changes`: positions of a tenant rise in the order of its commits. */
import type { ChangesResult, CheckedChanges } from "@throughline/core";
import { readChanges as followFeed, readEntry } from "@throughline/store-sql";
import type { Reading } from "./reading.ts";

/** The position of a tenant's last commit that changed something; 0 before the first. */
export async function readLastPosition({
  connection,
  schema,
  tenant,
}: Omit<Reading, "tables">): Promise<number> {
  const sql = `SELECT max("position") FROM "${schema}"."changes" WHERE "tenant_id" = $1`;
  const [row] = await connection.query(sql, [tenant]);
  return Number(row?.[0] ?? 0);
}

/** The feed from a cursor on. */
export async function readChanges(reading: Reading, input: CheckedChanges): Promise<ChangesResult> {
  const { connection, schema, tenant } = reading;
  const state = connection.query(
    `SELECT (SELECT "value" FROM "${schema}"."store_info" WHERE "name" = 'incarnation'),
      (SELECT "position" FROM "${schema}"."feed_floors" WHERE "tenant_id" = $1)`,
    [tenant],
  );
  const [last, [row]] = await Promise.all([readLastPosition(reading), state]);
  const following = followFeed(input, {
    incarnation: String(row?.[0]),
    last,
    floor: Number(row?.[1] ?? 0),
  });
  let step = following.next();
  while (step.done !== true) {
    const { after, limit } = step.value;
    const rows = await connection.query(
      `SELECT "position", "at", "user_id", "first_seq", "message_count", "entries", "session_id"
      FROM "${schema}"."changes" WHERE "tenant_id" = $1 AND "position" > $2 ORDER BY "position" LIMIT $3`,
      [tenant, after, limit],
    );
    step = following.next(rows.map(readEntry));
  }
  return step.value;
}
