/** Which messages changed after a place in the feed. */
import type { FeedEntry } from "../../contract/changes.ts";
import { formatFeedCursor, parseFeedCursor } from "../../contract/feed-cursor.ts";
import { type MessageKey, messageName } from "./indexed-message.ts";
import type { TenantStore } from "./tenant-store.ts";

export interface ChangedMessages {
  /** New and changed messages, each once. */
  readonly messages: ReadonlyMap<string, MessageKey>;
  /** Those among them that were changed or removed: an index may hold words that they have no more. */
  readonly changed: readonly MessageKey[];
  /** Sessions that were erased. */
  readonly erased: readonly string[];
  /** The place that was reached. */
  readonly cursor: string;
  readonly position: number;
  /** Whether the feed ends there. */
  readonly isComplete: boolean;
}

interface Following {
  /** Only messages of this session. */
  readonly session?: string;
  /** Stop once so many messages changed, */
  readonly limit: number;
  /** but not before this position. Default: 0. */
  readonly upTo?: number;
}

/** Entries read at once. */
const PAGE = 200;

/** Follows the feed after a cursor; undefined: it does not go on from there, and everything has to be read again. */
export async function readChangedMessages(
  store: TenantStore,
  since: string,
  { session, limit, upTo = 0 }: Following,
): Promise<ChangedMessages | undefined> {
  const messages = new Map<string, MessageKey>();
  const changed: MessageKey[] = [];
  const erased: string[] = [];
  const kinds = session === undefined ? ["messages", "sessions"] : ["messages"];
  const where = { kinds, ...(session !== undefined && { session }) };
  const answer = (cursor: string, isComplete: boolean): ChangedMessages => {
    const { position } = parseFeedCursor(cursor);
    return { messages, changed, erased, cursor, position, isComplete };
  };
  for (let cursor = since; ;) {
    const page = await store.readChanges({ since: cursor, where, limit: PAGE });
    if (page.startOver) return undefined;
    const { incarnation } = parseFeedCursor(page.cursor);
    for (const [index, entry] of page.entries.entries()) {
      takeEntry(entry, messages, changed, erased);
      // Entries of one position belong together.
      const isLast = page.entries[index + 1]?.position !== entry.position;
      if (isLast && messages.size >= limit && entry.position >= upTo) {
        const isEnd = !page.more && index === page.entries.length - 1;
        return answer(formatFeedCursor({ incarnation, position: entry.position }), isEnd);
      }
    }
    cursor = page.cursor;
    if (!page.more) return answer(cursor, true);
  }
}

function takeEntry(
  { changes }: FeedEntry,
  messages: Map<string, MessageKey>,
  changed: MessageKey[],
  erased: string[],
): void {
  for (const { kind, change, key, count = 1 } of changes) {
    const [session, first] = key as readonly [string, number];
    if (kind === "sessions" && change === "remove") erased.push(session);
    if (kind !== "messages") continue;
    for (let seq = first; seq < first + count; seq += 1) {
      const message = { session, seq };
      messages.set(messageName(message), message);
      if (change !== "append") changed.push(message);
    }
  }
}

/** The end of the feed: from there on, what is read now will be followed. */
export async function readFeedEnd(store: TenantStore): Promise<string> {
  // No entry is about this kind, so that nothing but the end is answered.
  const where = { kinds: ["search_indexes"] };
  let since: string | undefined;
  for (;;) {
    const { cursor, more } = await store.readChanges({
      where,
      limit: 1,
      ...(since !== undefined && { since }),
    });
    if (!more) return cursor;
    since = cursor;
  }
}
