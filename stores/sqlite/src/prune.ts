import type { PruneTimes } from "@throughline/core";
import type { Connection } from "./connection.ts";
import { lastPosition } from "./feed.ts";
import { feedFloorName } from "./read-changes.ts";

/** Removes what is kept for a time only. */
export function pruneFile(connection: Connection, { changes, operations }: PruneTimes): void {
  connection.prepare("BEGIN IMMEDIATE").run();
  try {
    pruneFeed(connection, changes);
    connection.run(`DELETE FROM operations WHERE at < ?`, operations);
    // A session that was erased never comes back, however long ago it was.
    connection.run(`DELETE FROM removed_keys WHERE removed_at < ? AND kind <> 'sessions'`, changes);
    connection.prepare("COMMIT").run();
  } catch (error) {
    connection.rollBack();
    throw error;
  }
}

/** Entries go in order, up to the first that is to stay; the very last row stays, as positions count on from it. */
function pruneFeed(connection: Connection, before: number): void {
  const last = lastPosition(connection);
  const kept = connection.readNumber(
    `SELECT position FROM changes WHERE at >= ? ORDER BY position LIMIT 1`,
    before,
  );
  const cut = kept === 0 ? last : kept - 1;
  const floors = connection.readRows(
    `SELECT tenant, max(position) FROM changes WHERE position <= ? GROUP BY tenant`,
    cut,
  );
  for (const [tenant, floor] of floors)
    raiseFloor(connection, feedFloorName(tenant as number), floor as number);
  if (floors.length > 0) raiseFloor(connection, "feed_floor", cut);
  connection.run(`DELETE FROM changes WHERE position <= ? AND position < ?`, cut, last);
}

function raiseFloor(connection: Connection, name: string, floor: number): void {
  connection.run(
    `INSERT INTO store_info (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
    WHERE CAST(excluded.value AS INTEGER) > CAST(store_info.value AS INTEGER)`,
    name,
    String(floor),
  );
}
