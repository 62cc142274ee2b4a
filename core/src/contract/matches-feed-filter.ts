import type { ChangesInput, FeedEntry } from "./changes.ts";

/** Whether an entry of the feed is wanted: one of its changes has to fit. */
export function matchesFeedFilter(entry: FeedEntry, where: ChangesInput["where"]): boolean {
  if (where === undefined) return true;
  if (where.user !== undefined && entry.user !== where.user) return false;
  return entry.changes.some(
    ({ kind, session }) =>
      (where.session === undefined || session === where.session) &&
      (where.kinds === undefined || where.kinds.includes(kind)),
  );
}
