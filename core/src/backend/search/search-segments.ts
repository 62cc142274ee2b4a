/** Searches the segments of an index: each step reads for all of them at once what it needs. */
import type { SearchFilter } from "../../contract/search.ts";
import type { TextQuery } from "../../text/text-query.ts";
import { type Candidate, type Found, isMessageWanted } from "./candidate.ts";
import { type Directory, type NumberRange, findFirst, findMessageBlock } from "./directory.ts";
import type { SegmentEntry } from "./index-state.ts";
import { type IndexedMessage, MESSAGES_A_BLOCK, compareMessages } from "./indexed-message.ts";
import {
  type SegmentMatches,
  type SegmentQuery,
  findNeededBlocks,
  matchSegment,
  wordsOfQuery,
} from "./match-segment.ts";
import type { SegmentReader } from "./segment-reader.ts";

/** Finds the messages that matched when they were indexed, and fit what the index knows of the filter. */
export async function searchSegments(
  reader: SegmentReader,
  segments: readonly SegmentEntry[],
  text: TextQuery,
  where: SearchFilter,
): Promise<Found> {
  const directories = await reader.readDirectories(segments.map(({ id }) => id));
  const ranges = await findRanges(reader, segments, directories, where.session);
  const queries = segments.map(({ id }, index): SegmentQuery => ({
    segment: id,
    directory: directories[index] as Directory,
    range: ranges[index] as NumberRange,
  }));
  const searched = queries.filter(({ range }) => range.from < range.to);
  const matches = await matchSegments(reader, searched, text);
  return {
    candidates: await readCandidates(reader, searched, matches, where),
    texts: searched.reduce((sum, { range }) => sum + range.to - range.from, 0),
    textsWithClause: text.required.map((_, clause) =>
      matches.reduce((sum, match) => sum + (match.textsWithClause[clause] ?? 0), 0),
    ),
  };
}

/** Which messages of each segment are searched: all, or those of a session, which stand together. */
async function findRanges(
  reader: SegmentReader,
  segments: readonly SegmentEntry[],
  directories: readonly Directory[],
  session: string | undefined,
): Promise<NumberRange[]> {
  if (session === undefined) return directories.map(({ messages }) => ({ from: 0, to: messages }));
  const first = { session, seq: 0 };
  const last = { session, seq: Number.MAX_SAFE_INTEGER };
  const ends = directories.map((directory) => ({
    first: Math.max(0, findMessageBlock(directory, first)),
    last: findMessageBlock(directory, last),
  }));
  const names = ends.flatMap((end, index) => {
    const segment = segments[index]?.id as string;
    return end.last < 0
      ? []
      : [
          { segment, block: end.first },
          { segment, block: end.last },
        ];
  });
  const blocks = await reader.readMessageBlocks(names);
  let next = 0;
  return ends.map((end) => {
    if (end.last < 0) return { from: 0, to: 0 };
    const [firstBlock = [], lastBlock = []] = blocks.slice(next, next + 2);
    next += 2;
    const from = findFirst(firstBlock, (message) => compareMessages(message, first) >= 0);
    const to = findFirst(lastBlock, (message) => compareMessages(message, last) > 0);
    return { from: end.first * MESSAGES_A_BLOCK + from, to: end.last * MESSAGES_A_BLOCK + to };
  });
}

async function matchSegments(
  reader: SegmentReader,
  queries: readonly SegmentQuery[],
  text: TextQuery,
): Promise<SegmentMatches[]> {
  const words = wordsOfQuery(text);
  const needed = queries.map((query) => findNeededBlocks(query, words));
  const names = queries.flatMap(({ segment }, index) =>
    (needed[index] ?? []).map((block) => ({ segment, block })),
  );
  const blocks = await reader.readWordBlocks(names);
  let next = 0;
  return queries.map((query, index) => {
    const own = new Map((needed[index] ?? []).map((block) => [block, blocks[next++] as Uint8Array]));
    return matchSegment(text, query, own);
  });
}

/** What is known of the messages that matched. */
async function readCandidates(
  reader: SegmentReader,
  queries: readonly SegmentQuery[],
  matches: readonly SegmentMatches[],
  where: SearchFilter,
): Promise<Candidate[]> {
  const needed = matches.map(({ messages }) => [...new Set(messages.map(blockOf))]);
  const names = queries.flatMap(({ segment }, index) =>
    (needed[index] ?? []).map((block) => ({ segment, block })),
  );
  const blocks = await reader.readMessageBlocks(names);
  let next = 0;
  return matches.flatMap(({ messages, frequency }, index) => {
    const own = new Map((needed[index] ?? []).map((block) => [block, blocks[next++]]));
    const candidates: Candidate[] = [];
    for (const [place, number] of messages.entries()) {
      const message = own.get(blockOf(number))?.[number % MESSAGES_A_BLOCK] as IndexedMessage;
      if (!isMessageWanted(message, where)) continue;
      candidates.push({ message, frequency: frequency.map((column) => column[place] as number) });
    }
    return candidates;
  });
}

function blockOf(number: number): number {
  return Math.floor(number / MESSAGES_A_BLOCK);
}
