/** Which messages changed after a feed position: what the search index does not hold yet, or no longer. */
import { readEntry } from "@throughline/store-sql";
import { type MessageRange, mergeRanges } from "./message-ranges.ts";
import type { SearchReading } from "./searched-message.ts";

export interface ChangedMessages {
  /** None is in two of them. */
  readonly ranges: readonly MessageRange[];
  /** Sessions that were erased. */
  readonly erased: readonly string[];
  /** The last feed entry that was looked at. */
  readonly position: number;
  /** Whether the feed ends here. */
  readonly isComplete: boolean;
}

const PAGE = 200;

/** Follows a tenant's feed after a position, until it ends or at least `limit` messages changed. */
export async function readChangedMessages(
  { connection, schema, tenant }: SearchReading,
  after: number,
  limit: number,
): Promise<ChangedMessages> {
  const ranges: MessageRange[] = [];
  const erased: string[] = [];
  let position = after;
  let count = 0;
  const sql = `SELECT "position", "at", "user_id", "first_seq", "message_count", "entries", "session_id"
    FROM "${schema}"."changes" WHERE "tenant_id" = $1 AND "position" > $2 ORDER BY "position" LIMIT ${PAGE}`;
  for (;;) {
    const page = await connection.query(sql, [tenant, position]);
    for (const entry of page.map(readEntry)) {
      position = entry.position;
      for (const { kind, change, key, count: added = 1 } of entry.changes) {
        if (kind === "sessions" && change === "remove") erased.push(String(key[0]));
        if (kind !== "messages") continue;
        const first = Number(key[1]);
        ranges.push({ session: String(key[0]), first, last: first + added - 1 });
        count += added;
      }
      if (count >= limit) return { ranges: mergeRanges(ranges), erased, position, isComplete: false };
    }
    if (page.length < PAGE) return { ranges: mergeRanges(ranges), erased, position, isComplete: true };
  }
}
