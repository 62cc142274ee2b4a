import { type Directory, findFirst, findMessageBlock } from "./directory.ts";
import type { SegmentEntry } from "./index-state.ts";
import { type IndexedMessage, type MessageKey, compareMessages } from "./indexed-message.ts";
import type { SegmentReader } from "./segment-reader.ts";

/** What an index may hold words of that are no more. */
export interface Outdated {
  /** Messages that were changed or removed. */
  readonly changed: readonly MessageKey[];
  /** Sessions that were erased. */
  readonly erased: readonly string[];
}

/** Counts, by segment, the outdated messages and sessions that it holds; segments without any are left out. */
export async function findStaleSegments(
  reader: SegmentReader,
  segments: readonly SegmentEntry[],
  { changed, erased }: Outdated,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  if (changed.length + erased.length === 0) return counts;
  const directories = await reader.readDirectories(segments.map(({ id }) => id));
  // The first message of an erased session, or where it would be, tells whether there is any.
  const keys = [...changed, ...erased.map((session) => ({ session, seq: 0 }))];
  for (const [index, { id }] of segments.entries()) {
    const directory = directories[index] as Directory;
    const places = keys.map((key) => Math.max(0, findMessageBlock(directory, key)));
    const needed = [...new Set(places)];
    const blocks = await reader.readMessageBlocks(needed.map((block) => ({ segment: id, block })));
    const count = keys.filter((key, place) => {
      const block = places[place] as number;
      const messages = blocks[needed.indexOf(block)] as IndexedMessage[];
      const found = messages[findFirst(messages, (message) => compareMessages(message, key) >= 0)];
      if (place < changed.length) return found !== undefined && compareMessages(found, key) === 0;
      return (found ?? directory.messageBlocks[block + 1])?.session === key.session;
    }).length;
    if (count > 0) counts.set(id, count);
  }
  return counts;
}
