import type { ChangesResult, CheckedChanges } from "@throughline/core";
import { readChanges as followFeed } from "@throughline/store-sql";
import type { Connection } from "./connection.ts";
import { lastPosition, readFeed } from "./feed.ts";
import { Scope } from "./scope.ts";

/** The feed from a cursor on; inside a read transaction. */
export function readChanges(connection: Connection, tenant: number, input: CheckedChanges): ChangesResult {
  const scope = new Scope(connection, tenant);
  const reading = followFeed(input, {
    incarnation: readIncarnation(connection),
    last: lastPosition(connection),
    floor: readFeedFloor(connection, tenant),
  });
  let step = reading.next();
  while (step.done !== true) step = reading.next(readFeed(scope, step.value.after, step.value.limit));
  return step.value;
}

function readIncarnation(connection: Connection): string {
  return connection.readRow(`SELECT value FROM store_info WHERE name = 'incarnation'`)?.[0] as string;
}

/** Up to this position a tenant's entries were pruned. */
function readFeedFloor(connection: Connection, tenant: number): number {
  return connection.readNumber(`SELECT value FROM store_info WHERE name = ?`, feedFloorName(tenant));
}

export function feedFloorName(tenant: number): string {
  return `feed_floor_${tenant}`;
}
