/** Makes one segment of several, or of one, without what was removed, replaced or erased since. */
import type { Row } from "../../model/kind.ts";
import { messages } from "../../model/messages.ts";
import { sessions } from "../../model/sessions.ts";
import type { Directory } from "./directory.ts";
import type { IndexContext } from "./index-context.ts";
import type { SegmentEntry } from "./index-state.ts";
import { type IndexedMessage, compareMessages } from "./indexed-message.ts";
import { readPostings } from "./postings.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { WordCursor } from "./word-cursor.ts";

/** Writes the new segment; undefined if none of their messages is left. @throws SegmentGone */
export async function mergeSegments(
  context: IndexContext,
  segments: readonly SegmentEntry[],
): Promise<SegmentEntry | undefined> {
  const { store, reader, version, rest } = context;
  const directories = await reader.readDirectories(segments.map(({ id }) => id));
  const { merged, numbers } = await mergeMessages(context, segments, directories);
  if (merged.length === 0) return undefined;
  const writer = new SegmentWriter(store, version, merged);
  const cursors = segments.map(
    ({ id }, index) => new WordCursor(reader, id, directories[index] as Directory),
  );
  for (const cursor of cursors) await cursor.load();
  for (;;) {
    const word = leastWord(cursors);
    if (word === undefined) break;
    const postings: Posting[] = [];
    for (const [index, cursor] of cursors.entries()) {
      // A word with many postings goes on in the next block.
      while (cursor.word === word) {
        takePostings(cursor.postings, numbers[index] as readonly number[], postings);
        if (!cursor.advance()) {
          await rest();
          await cursor.load();
        }
      }
    }
    // Those of one segment come in order, and so do several of one message.
    if (cursors.length > 1) postings.sort((left, right) => left.message - right.message);
    for (const { message, bytes, start, end } of postings) {
      writer.addPosting(word, message, bytes, start, end);
    }
    if (writer.isFull) await writer.flush();
  }
  return writer.end();
}

interface Posting {
  /** Its number in the new segment. */
  readonly message: number;
  /** Where its places are. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

function takePostings(bytes: Uint8Array, numbers: readonly number[], postings: Posting[]): void {
  readPostings(bytes, (message, _, start, end) => {
    const number = numbers[message] as number;
    if (number >= 0) postings.push({ message: number, bytes, start, end });
  });
}

function leastWord(cursors: readonly WordCursor[]): string | undefined {
  let least: string | undefined;
  for (const { word } of cursors) {
    if (word !== undefined && (least === undefined || word < least)) least = word;
  }
  return least;
}

/** The messages of the new segment, and for each old one the new numbers of its messages: -1 where one is left out. */
async function mergeMessages(
  context: IndexContext,
  segments: readonly SegmentEntry[],
  directories: readonly Directory[],
): Promise<{ merged: IndexedMessage[]; numbers: number[][] }> {
  const lists: IndexedMessage[][] = [];
  for (const [index, { id }] of segments.entries()) {
    lists.push(await context.reader.readAllMessages(id, directories[index] as Directory));
  }
  const live: boolean[][] = [];
  for (const list of lists) live.push(await findLive(context, list));
  const merged: IndexedMessage[] = [];
  const numbers = lists.map((): number[] => []);
  for (;;) {
    const index = leastList(lists, numbers);
    if (index < 0) return { merged, numbers };
    const own = numbers[index] as number[];
    const message = lists[index]?.[own.length] as IndexedMessage;
    const previous = merged.at(-1);
    // A message may be in several, as it is now.
    const isKept =
      live[index]?.[own.length] === true &&
      (previous === undefined || compareMessages(previous, message) !== 0);
    own.push(isKept ? merged.push(message) - 1 : -1);
    if (own.length % 256 === 0) await context.rest();
  }
}

/** Which list has the first message that has no number yet; -1: all have. */
function leastList(lists: readonly IndexedMessage[][], numbers: readonly number[][]): number {
  let least: IndexedMessage | undefined;
  let found = -1;
  for (const [index, list] of lists.entries()) {
    const message = list[numbers[index]?.length ?? 0];
    if (message === undefined || (least !== undefined && compareMessages(message, least) >= 0)) continue;
    least = message;
    found = index;
  }
  return found;
}

/** Messages that are asked for at once. */
const ASKED = 1_000;

/** Which messages are there as they were indexed. */
async function findLive({ store, rest }: IndexContext, list: readonly IndexedMessage[]): Promise<boolean[]> {
  const live: boolean[] = [];
  for (let start = 0; start < list.length; start += ASKED) {
    const asked = list.slice(start, start + ASKED);
    const names = [...new Set(asked.map(({ session }) => session))];
    const { rows } = await store.getRows(
      { kind: messages, keys: asked.map(({ session, seq }) => [session, seq]), select: "key" },
      { kind: sessions, keys: names.map((name) => [name]), select: "key" },
    );
    const [messageRows = [], sessionRows = []] = rows;
    const there = new Set(sessionRows.filter((row): row is Row => row !== undefined).map(({ id }) => id));
    for (const [index, { session, revision }] of asked.entries()) {
      live.push(messageRows[index]?.revision === revision && there.has(session));
    }
    await rest();
  }
  return live;
}
