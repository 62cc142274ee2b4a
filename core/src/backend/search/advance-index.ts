/** One step of an index after the feed, or of building it from all messages. */
import { parseFeedCursor } from "../../contract/feed-cursor.ts";
import type { Page } from "../../contract/read.ts";
import { messages } from "../../model/messages.ts";
import { type ChangedMessages, readChangedMessages, readFeedEnd } from "./changed-messages.ts";
import { findStaleSegments } from "./find-stale-segments.ts";
import type { IndexContext } from "./index-context.ts";
import { type IndexState, type NextState, type SegmentEntry, changeState } from "./index-state.ts";
import { type MessageKey, compareMessages } from "./indexed-message.ts";
import { MESSAGES_AT_ONCE, readLiveMessages, toIndexedMessage } from "./read-messages.ts";
import { removeSegment } from "./remove-segment.ts";
import { SegmentBuilder } from "./segment-builder.ts";

/**
 * So many positions without anything to index are passed over, lest they be read again and again. Whoever wants all indexed
 * passes over each: an index that stays behind is made anew when the feed is pruned.
 */
const PASSED = 1_000;

/** Keys that are read at once to build an index. */
const PAGE = 1_000;

/** Begins an index anew; undefined if another indexer did something first. */
export async function beginIndex(
  context: IndexContext,
  state: IndexState | undefined,
): Promise<IndexState | undefined> {
  // What changes after this place is followed when all messages have been read.
  const cursor = await readFeedEnd(context.store);
  const begun = await changeState(context.store, context.version, state, {
    cursor,
    building: [],
    segments: [],
  });
  if (begun !== undefined) await removeSegments(context, state?.segments ?? []);
  return begun;
}

/**
 * Goes one step on: indexes some messages, if there are at least `smallest`, or notes what is to be erased. Answers the
 * new state; `state` itself where nothing was to be done; undefined if another indexer was faster.
 */
export async function advanceIndex(
  context: IndexContext,
  state: IndexState,
  smallest: number,
): Promise<IndexState | undefined> {
  if (state.building !== undefined) return buildFurther(context, state, state.building);
  const limit = context.settings.largestBatch;
  const changes = await readChangedMessages(context.store, state.cursor, { limit });
  if (changes === undefined) return beginIndex(context, state);
  if (changes.cursor === state.cursor) return state;
  const stale = await findStaleSegments(context.reader, state.segments, changes);
  const passed = changes.position - parseFeedCursor(state.cursor).position;
  const isEnough = changes.messages.size >= smallest || passed >= (smallest > 1 ? PASSED : 1);
  if (stale.size === 0 && !isEnough) return state;
  const added = await indexMessages(context, changes);
  const segments = state.segments.map((entry): SegmentEntry => {
    const count = stale.get(entry.id);
    return count === undefined
      ? entry
      : { ...entry, stale: entry.stale + count, staleSince: entry.staleSince || context.store.now || 1 };
  });
  const next = { cursor: changes.cursor, building: undefined, segments: [...segments, ...added] };
  return publish(context, state, next, added);
}

/** Lists new segments, and removes them again if another indexer was faster. */
async function publish(
  context: IndexContext,
  state: IndexState,
  next: NextState,
  added: readonly SegmentEntry[],
): Promise<IndexState | undefined> {
  const published = await changeState(context.store, context.version, state, next);
  if (published === undefined) await removeSegments(context, added);
  return published;
}

async function removeSegments({ store }: IndexContext, segments: readonly SegmentEntry[]): Promise<void> {
  for (const { id } of segments) await removeSegment(store, id);
}

/** Reads all messages in the order of their keys, some in each step. */
async function buildFurther(
  context: IndexContext,
  state: IndexState,
  reached: NonNullable<IndexState["building"]>,
): Promise<IndexState | undefined> {
  const { store, settings } = context;
  const gatherer = new Gatherer(context);
  let place: IndexState["building"] = reached;
  for (let read = 0; place !== undefined && read < settings.largestBatch;) {
    const page: Page = await store.readPage(messages, {
      limit: Math.min(PAGE, settings.largestBatch),
      select: "key",
      ...(place.length > 0 && { after: place }),
    });
    await gatherer.read(page.rows.map(({ sessionId, seq }) => ({ session: sessionId, seq }) as MessageKey));
    read += page.rows.length;
    place = page.next;
  }
  const added = await gatherer.end();
  const next = { cursor: state.cursor, building: place, segments: [...state.segments, ...added] };
  return publish(context, state, next, added);
}

async function indexMessages(
  context: IndexContext,
  { messages: changed }: ChangedMessages,
): Promise<readonly SegmentEntry[]> {
  const keys: MessageKey[] = [...changed.values()].toSorted(compareMessages);
  const gatherer = new Gatherer(context);
  await gatherer.read(keys);
  return gatherer.end();
}

/** Bytes that are gathered in memory before they become a segment. */
const GATHERED_BYTES = 4 * 1024 * 1024;

/** Makes segments of messages that come in order. */
class Gatherer {
  readonly #context: IndexContext;
  readonly #segments: SegmentEntry[] = [];
  #builder: SegmentBuilder;

  constructor(context: IndexContext) {
    this.#context = context;
    this.#builder = new SegmentBuilder(context.rest);
  }

  async read(keys: readonly MessageKey[]): Promise<void> {
    for (let start = 0; start < keys.length; start += MESSAGES_AT_ONCE) {
      const asked = keys.slice(start, start + MESSAGES_AT_ONCE);
      for (const { row, text } of await readLiveMessages(this.#context, asked)) {
        await this.#builder.add(toIndexedMessage(row), text);
        if (this.#builder.bytes > GATHERED_BYTES) await this.#endSegment();
      }
    }
  }

  async end(): Promise<readonly SegmentEntry[]> {
    await this.#endSegment();
    return this.#segments;
  }

  async #endSegment(): Promise<void> {
    const { store, version } = this.#context;
    const segment = await this.#builder.write(store, version);
    if (segment !== undefined) this.#segments.push(segment);
    this.#builder = new SegmentBuilder(this.#context.rest);
  }
}
