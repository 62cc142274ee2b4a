/** The change feed: how an entry lies in a row, and how it is read from a cursor on. */
import type { ChangesInput, ChangesResult, FeedChange, FeedEntry } from "@throughline/core";
import { formatFeedCursor, matchesFeedFilter, parseFeedCursor } from "@throughline/core";
import { unpackChanges } from "./packed-changes.ts";
import type { SqlRow } from "./values.ts";

/** The only change of most batches: messages added to one session. A row holds it in columns of its own. */
export function onlyAppend(changes: readonly FeedChange[]): FeedChange | undefined {
  const [change] = changes;
  return changes.length === 1 && change?.change === "append" ? change : undefined;
}

/** Reads an entry from position, time, user, first position and count of an append, other changes, and session. */
export function readEntry([position, at, user, firstSeq, count, entries, session]: SqlRow): FeedEntry {
  return {
    position: position as number,
    at: at as number,
    user: user as string,
    changes:
      entries === null
        ? [
            {
              kind: "messages",
              change: "append",
              key: [session as string, firstSeq as number],
              session: session as string,
              count: count as number,
            },
          ]
        : unpackChanges(entries as string),
  };
}

/** The state of a tenant's feed, as of the same moment as its entries. */
export interface FeedState {
  readonly incarnation: string;
  /** The position of the last entry. */
  readonly last: number;
  /** Up to this position entries were pruned. */
  readonly floor: number;
}

/** Asks for a page of entries after a position. */
export type FeedReading = Generator<
  { readonly after: number; readonly limit: number },
  ChangesResult,
  readonly FeedEntry[]
>;

/** Entries read at once where they are filtered, and the most that one answer looks at. */
const PAGE = 1_000;
const LOOKED_AT = 20_000;

/** The feed from a cursor on. */
export function* readChanges({ since, where, limit }: ChangesInput, state: FeedState): FeedReading {
  const { incarnation, last, floor } = state;
  const cursorAt = (position: number): string => formatFeedCursor({ incarnation, position });
  const cursor = since === undefined ? { incarnation, position: floor } : parseFeedCursor(since);
  let from = cursor.position;
  if (cursor.incarnation !== incarnation || from < floor || from > last) {
    return { entries: [], cursor: cursorAt(last), more: false, startOver: true };
  }
  const entries: FeedEntry[] = [];
  const size = where === undefined ? limit + 1 : PAGE;
  for (let lookedAt = 0; lookedAt < LOOKED_AT; lookedAt += size) {
    const page = yield { after: from, limit: size };
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
