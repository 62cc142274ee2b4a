/** One search: hits of the index, and a scan of the messages that it does not hold yet, checked as they are now. */
import type { CheckedSearch, SearchResult } from "../../contract/search.ts";
import { parseFeedCursor } from "../../contract/feed-cursor.ts";
import type { Page } from "../../contract/read.ts";
import { messages } from "../../model/messages.ts";
import { type Candidate, type Found, scoreCandidates } from "./candidate.ts";
import { readChangedMessages, readFeedEnd } from "./changed-messages.ts";
import { HitChooser } from "./choose-hits.ts";
import type { IndexContext } from "./index-context.ts";
import { searchIndexes } from "./index-kinds.ts";
import { type IndexState, stateOf } from "./index-state.ts";
import { type MessageKey, messageName } from "./indexed-message.ts";
import type { Indexer } from "./indexer.ts";
import { scanMessages } from "./scan-messages.ts";
import { searchSegments } from "./search-segments.ts";
import { SegmentGone } from "./segment-reader.ts";

/** Messages that the index does not hold, as far as a place in the feed. */
interface Tail {
  readonly messages: ReadonlyMap<string, MessageKey>;
  readonly cursor: string;
  readonly position: number;
}

export async function searchTenant(
  context: IndexContext,
  indexer: Indexer,
  input: CheckedSearch,
): Promise<SearchResult> {
  // What was committed before the search has this position at most.
  let upTo: number | undefined;
  let hasCaughtUp = false;
  for (;;) {
    const { state, position } = await readStateAt(context);
    upTo ??= position;
    const tail = await readTail(context, state, input, upTo);
    if (tail === undefined) {
      await indexer.advanceTo(upTo);
      continue;
    }
    try {
      const result = await searchWith(context, state, tail, input);
      const isOnePage = input.skip === 0 && !result.more;
      if (isOnePage || tail.messages.size === 0 || state === undefined || hasCaughtUp) return result;
      // By the next page, hits of the scan would be indexed, and in another place.
      await indexer.advanceTo(upTo);
      hasCaughtUp = true;
    } catch (error) {
      if (!(error instanceof SegmentGone) || state === undefined) throw error;
      await indexer.repair(error, state);
    }
  }
}

async function readStateAt({
  store,
  version,
}: IndexContext): Promise<{ state: IndexState | undefined; position: number }> {
  const { rows, position } = await store.getRows({ kind: searchIndexes, keys: [[version]], select: "plain" });
  const row = rows[0]?.[0];
  return { state: row && stateOf(row), position };
}

/** What is to be scanned; undefined if it is too much, or if the index is not built. */
async function readTail(
  context: IndexContext,
  state: IndexState | undefined,
  { where: { session } = {} }: CheckedSearch,
  upTo: number,
): Promise<Tail | undefined> {
  const { store, settings } = context;
  if (state === undefined) return readWithoutIndex(context, session);
  if (state.building !== undefined) return undefined;
  const limit = settings.tailLimit;
  const tail = await readChangedMessages(store, state.cursor, {
    limit: limit + 1,
    upTo,
    ...(session !== undefined && { session }),
  });
  const isBehind = parseFeedCursor(state.cursor).position < upTo;
  return tail !== undefined && tail.messages.size > limit && isBehind ? undefined : tail;
}

/** Without an index, all messages are scanned, unless they are too many. */
async function readWithoutIndex(
  { store, settings }: IndexContext,
  session: string | undefined,
): Promise<Tail | undefined> {
  const cursor = await readFeedEnd(store);
  const page: Page = await store.readPage(messages, {
    prefix: session === undefined ? [] : [session],
    limit: settings.tailLimit,
    select: "key",
  });
  if (page.next !== undefined) return undefined;
  const keys = page.rows.map((row) => ({ session: row.sessionId as string, seq: row.seq as number }));
  return {
    messages: new Map(keys.map((key) => [messageName(key), key])),
    cursor,
    position: parseFeedCursor(cursor).position,
  };
}

async function searchWith(
  context: IndexContext,
  state: IndexState | undefined,
  first: Tail,
  input: CheckedSearch,
): Promise<SearchResult> {
  const { store, reader } = context;
  const { text, where = {}, skip, limit } = input;
  const segments = state?.segments ?? [];
  const indexed = await searchSegments(reader, segments, text, where);
  const chooser = new HitChooser(store, input);
  const scans: Found[] = [];
  const scanned = new Map<string, MessageKey>();
  for (let tail: Tail | undefined = first; ;) {
    const added = [...tail.messages].filter(([name]) => !scanned.has(name));
    for (const [name, key] of added) scanned.set(name, key);
    const scan = await scanMessages(
      context,
      added.map(([, key]) => key),
      text,
      where,
    );
    chooser.trust(scan.candidates);
    scans.push(scan);
    // What was scanned has its verdict from the scan.
    const found = [{ ...indexed, candidates: withoutScanned(indexed, scanned) }, ...scans];
    const { hits, position } = await chooser.choose(scoreCandidates(found, averageLength(segments, scans)));
    const later: Tail | undefined = await readLater(context, input, tail, position);
    if (later === undefined) {
      const page = hits.slice(skip, skip + limit);
      return {
        // What was scanned later need not be all that changed by then.
        position: first.position,
        hits: page.map(({ message, score }) => ({ session: message.session, seq: message.seq, score })),
        more: hits.length > skip + limit,
      };
    }
    tail = later;
  }
}

/**
 * What changed while the hits were checked. A message that is no longer as it was indexed may have matched before and
 * match still: it has to be read. Undefined: nothing did.
 */
async function readLater(
  { store, settings }: IndexContext,
  { where: { session } = {} }: CheckedSearch,
  { cursor, position }: Tail,
  checkedAt: number,
): Promise<Tail | undefined> {
  if (checkedAt <= position) return undefined;
  const changes = await readChangedMessages(store, cursor, {
    limit: settings.tailLimit,
    upTo: checkedAt,
    ...(session !== undefined && { session }),
  });
  return changes === undefined || changes.messages.size === 0 ? undefined : changes;
}

function withoutScanned(
  { candidates }: Found,
  scanned: ReadonlyMap<string, MessageKey>,
): readonly Candidate[] {
  if (scanned.size === 0) return candidates;
  const sessions = new Set([...scanned.values()].map(({ session }) => session));
  return candidates.filter(
    ({ message }) => !sessions.has(message.session) || !scanned.has(messageName(message)),
  );
}

function averageLength(
  segments: readonly { messages: number; words: number }[],
  scans: readonly Found[],
): number {
  const lengths = scans.flatMap(({ candidates }) => candidates.map(({ message }) => message.length));
  const messageCount = segments.reduce((sum, segment) => sum + segment.messages, lengths.length);
  const words = segments.reduce((sum, segment) => sum + segment.words, 0);
  return lengths.reduce((sum, length) => sum + length, words) / Math.max(1, messageCount);
}
