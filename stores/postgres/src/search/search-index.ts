/** Search in PostgreSQL's own index, which follows the feed; what it does not hold yet is read. */
import type { CheckedSearch, SearchResult } from "@throughline/core";
import type { Database } from "../database.ts";
import { readLastPosition } from "../feed.ts";
import type { MessageSearch } from "../message-search.ts";
import type { Reading } from "../reading.ts";
import { type ChangedMessages, readChangedMessages } from "./changed-messages.ts";
import { findIndexed } from "./find-indexed.ts";
import { Indexer } from "./indexer.ts";
import { type RankedHit, scanRanges, scanTenant } from "./scan-messages.ts";
import { isUsable, readSearchProgress } from "./search-progress.ts";
import { fitsTsQuery } from "./ts-query.ts";

/** The search of one store. */
export class SearchIndex implements MessageSearch {
  readonly #database: Database;
  readonly #reading: Omit<Reading, "connection" | "tenant">;
  readonly #indexer: Indexer;

  constructor(database: Database, reading: Omit<Reading, "connection" | "tenant">) {
    this.#database = database;
    this.#reading = reading;
    this.#indexer = new Indexer(database, reading.schema);
  }

  async search(input: CheckedSearch): Promise<SearchResult> {
    const { tenant, text } = input;
    return this.#database.readTogether(async (connection) => {
      const reading = { ...this.#reading, connection, tenant };
      const [position, progress] = await Promise.all([
        readLastPosition(reading),
        readSearchProgress(reading),
      ]);
      if (position === 0 || text.required.length === 0) return { position, hits: [], more: false };
      if (!isUsable(progress) || !fitsTsQuery(text)) {
        if (!isUsable(progress)) this.#indexer.noteLag(tenant);
        return pageOf(position, input, await scanTenant(reading, input));
      }
      const tail = await readChangedMessages(reading, progress.position, Number.POSITIVE_INFINITY);
      if (progress.position < position) this.#indexer.noteLag(tenant);
      const outdated = within(tail, input);
      const found = await Promise.all([
        findIndexed(reading, input, outdated),
        scanRanges(reading, input, outdated.ranges),
      ]);
      return pageOf(position, input, found.flat());
    });
  }

  noteCommit(tenant: string): void {
    this.#indexer.note(tenant);
  }

  catchUp(): Promise<void> {
    return this.#indexer.catchUp();
  }

  close(): Promise<void> {
    return this.#indexer.close();
  }
}

/** What a search needs to know of the changes: those of the session that it is confined to. */
function within(
  { ranges, erased }: ChangedMessages,
  { where }: CheckedSearch,
): Pick<ChangedMessages, "ranges" | "erased"> {
  const session = where?.session;
  if (session === undefined) return { ranges, erased };
  return {
    ranges: ranges.filter((range) => range.session === session),
    erased: erased.filter((one) => one === session),
  };
}

function pageOf(
  position: number,
  { order, skip, limit }: CheckedSearch,
  found: readonly RankedHit[],
): SearchResult {
  const hits = found.toSorted(
    (left, right) => (order === "rank" ? right.score - left.score : 0) || compareAges(left, right),
  );
  return {
    position,
    hits: hits.slice(skip, skip + limit).map(({ session, seq, score }) => ({ session, seq, score })),
    more: hits.length > skip + limit,
  };
}

/** Newest first; as the database sorts, so that pages go on from each other. */
function compareAges(left: RankedHit, right: RankedHit): number {
  return (
    right.createdAt - left.createdAt ||
    Buffer.compare(Buffer.from(left.session), Buffer.from(right.session)) ||
    left.seq - right.seq
  );
}
