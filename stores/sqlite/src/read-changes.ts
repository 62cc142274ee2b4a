import type { ChangesResult, CheckedChanges, FeedEntry } from "@throughline/core";
import { formatFeedCursor, matchesFeedFilter, parseFeedCursor } from "@throughline/core";
import type { Connection } from "./connection.ts";
import { lastPosition, readFeed } from "./feed.ts";
import { Scope } from "./scope.ts";

/** Entries read at once where they are filtered, and the most that one answer looks at. */
const PAGE = 1_000;
const LOOKED_AT = 20_000;

/** The feed from a cursor on; inside a read transaction. */
export function readChanges(connection: Connection, tenant: number, input: CheckedChanges): ChangesResult {
  const { since, where, limit } = input;
  const incarnation = readIncarnation(connection);
  const cursorAt = (position: number): string => formatFeedCursor({ incarnation, position });
  const last = lastPosition(connection);
  const floor = readFeedFloor(connection, tenant);
  const cursor = since === undefined ? { incarnation, position: floor } : parseFeedCursor(since);
  let from = cursor.position;
  if (cursor.incarnation !== incarnation || from < floor || from > last) {
    return { entries: [], cursor: cursorAt(last), more: false, startOver: true };
  }
  const scope = new Scope(connection, tenant);
  const entries: FeedEntry[] = [];
  const size = where === undefined ? limit + 1 : PAGE;
  for (let lookedAt = 0; lookedAt < LOOKED_AT; lookedAt += size) {
    const page = readFeed(scope, from, size);
    for (const entry of page) {
      const isWanted = matchesFeedFilter(entry, where);
      if (isWanted && entries.length === limit) {
        return { entries, cursor: cursorAt(entries.at(-1)?.position ?? from), more: true, startOver: false };
      }
      if (isWanted) entries.push(entry);
      from = entry.position;
    }
    if (page.length < size) return { entries, cursor: cursorAt(last), more: false, startOver: false };
  }
  return { entries, cursor: cursorAt(from), more: true, startOver: false };
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
