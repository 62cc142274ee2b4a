/** The feed of a tenant: the entries in the documents of its log. */
import type { ChangesResult, CheckedChanges, FeedEntry } from "@throughline/core";
import { formatFeedCursor, matchesFeedFilter, parseFeedCursor } from "@throughline/core";
import type { Database } from "./database.ts";
import type { LogDocument, Mark } from "./log-document.ts";
import { LOG, MARKS, readChanges } from "./log-document.ts";
import type { LogPlace, TenantLog } from "./tenant-log.ts";

/** Documents of the log that are read at once. */
const AT_ONCE = 500;

export async function readFeed(
  database: Database,
  log: TenantLog,
  incarnation: string,
  { tenant, since, where, limit }: CheckedChanges,
): Promise<ChangesResult> {
  await log.open();
  const cursor = since === undefined ? undefined : parseFeedCursor(since);
  const cursorOf = (position: number): string => formatFeedCursor({ incarnation, position });
  await log.refresh();
  const { end } = log;
  const startOver = (): ChangesResult => {
    return { entries: [], cursor: cursorOf(end.position), more: false, startOver: true };
  };
  const isForeign = cursor !== undefined && cursor.incarnation !== incarnation;
  if (isForeign || (cursor?.position ?? 0) > end.position) return startOver();
  const entries: FeedEntry[] = [];
  let from = cursor?.position ?? 0;
  for (;;) {
    const documents = await readDocuments(database, log, from, end);
    for (const entry of documents.flatMap((document) => document.entries)) {
      const { position, at, user } = entry;
      if (position <= (cursor?.position ?? 0)) continue;
      const change: FeedEntry = { position, at, user, changes: readChanges(entry) };
      if (matchesFeedFilter(change, where)) entries.push(change);
    }
    from = documents.at(-1)?.position ?? end.position;
    if (from >= end.position || entries.length > limit) break;
  }
  // After the entries: what was pruned while they were read is not among them.
  const floor = await readFloor(database, tenant);
  if (cursor !== undefined && cursor.position < floor) return startOver();
  const kept = entries.filter(({ position }) => position > floor);
  const more = kept.length > limit;
  const shown = kept.slice(0, limit);
  const last = more ? shown.at(-1)?.position : undefined;
  return { entries: shown, cursor: cursorOf(last ?? end.position), more, startOver: false };
}

/** Documents with entries after a position and up to the end, in order. */
async function readDocuments(
  database: Database,
  { tenant }: TenantLog,
  from: number,
  end: LogPlace,
): Promise<readonly Pick<LogDocument, "position" | "entries">[]> {
  if (from >= end.position) return [];
  return database.find<LogDocument>(
    LOG,
    { tenant, position: { $gt: from, $lte: end.position } },
    { sort: { position: 1, slot: 1 }, limit: AT_ONCE, projection: { position: 1, entries: 1 } },
  );
}

/** Up to which position a tenant's feed was pruned. */
export async function readFloor(database: Database, tenant: string): Promise<number> {
  const mark = await database.findOne<Mark>(MARKS, tenant);
  return mark?.floor ?? 0;
}
