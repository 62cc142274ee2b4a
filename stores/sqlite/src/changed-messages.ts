/** Which messages changed after a feed position: what the search index does not hold yet, or no longer. */
import { searchedBlobs, textOfMessage } from "@throughline/core";
import { unpackChanges } from "@throughline/store-sql";
import type { Connection } from "./connection.ts";
import type { SqlRow } from "./driver.ts";

/** Messages of one session, in a row. */
export interface MessageRange {
  readonly tenant: number;
  readonly sessionKey: number;
  readonly firstSeq: number;
  readonly count: number;
}

export interface ChangedMessages {
  readonly ranges: readonly MessageRange[];
  /** The last feed entry that was looked at. */
  readonly position: number;
  /** Messages in all ranges; one that changed often counts as often. */
  readonly count: number;
  /** Whether the feed ends here. */
  readonly isComplete: boolean;
}

const PAGE = 200;

/** Follows the feed after a position, until it ends or at least `limit` messages of the tenant (or of all) changed. */
export function readChangedMessages(
  connection: Connection,
  after: number,
  limit: number,
  tenant?: number,
): ChangedMessages {
  const ranges: MessageRange[] = [];
  let position = after;
  let count = 0;
  for (;;) {
    const page = connection.readRows(
      `SELECT position, tenant, session_key, first_seq, message_count, entries FROM changes
      WHERE position > ? ORDER BY position LIMIT ?`,
      position,
      PAGE,
    );
    for (const row of page) {
      position = row[0] as number;
      if (tenant !== undefined && row[1] !== tenant) continue;
      for (const range of rangesOf(connection, row)) {
        ranges.push(range);
        count += range.count;
      }
      if (count >= limit) return { ranges, position, count, isComplete: false };
    }
    if (page.length < PAGE) return { ranges, position, count, isComplete: true };
  }
}

function rangesOf(
  connection: Connection,
  [, tenant, sessionKey, firstSeq, count, entries]: SqlRow,
): MessageRange[] {
  if (entries === null) {
    return [
      {
        tenant: tenant as number,
        sessionKey: sessionKey as number,
        firstSeq: firstSeq as number,
        count: count as number,
      },
    ];
  }
  const ranges: MessageRange[] = [];
  for (const change of unpackChanges(entries as string)) {
    if (change.kind !== "messages") continue;
    const key = connection.readRow(
      `SELECT session_key FROM session_rows WHERE session_id = ? AND tenant = ?`,
      change.key[0] as string,
      tenant as number,
    )?.[0];
    if (key === undefined) continue;
    ranges.push({
      tenant: tenant as number,
      sessionKey: key as number,
      firstSeq: change.key[1] as number,
      count: change.count ?? 1,
    });
  }
  return ranges;
}

/** A message as searching needs it. */
export interface SearchedMessage {
  readonly messageKey: number;
  readonly tenant: number;
  readonly sessionKey: number;
  readonly seq: number;
  readonly role: string;
  readonly createdAt: number;
  readonly isRemoved: boolean;
  readonly revision: number;
  readonly content: string;
  readonly contentFormat: string;
}

/** The messages of a range, as they are now. */
export function readMessages(
  connection: Connection,
  { tenant, sessionKey, firstSeq, count }: MessageRange,
): SearchedMessage[] {
  const rows = connection.readRows(
    `SELECT message_key, seq, role, created_at, removed_at, revision, content, content_format FROM message_rows
    WHERE session_key = ? AND seq BETWEEN ? AND ?`,
    sessionKey,
    firstSeq,
    firstSeq + count - 1,
  );
  return rows.map(([messageKey, seq, role, createdAt, removedAt, revision, content, contentFormat]) => ({
    messageKey: messageKey as number,
    tenant,
    sessionKey,
    seq: seq as number,
    role: role as string,
    createdAt: createdAt as number,
    isRemoved: removedAt !== 0,
    revision: revision as number,
    content: content as string,
    contentFormat: contentFormat as string,
  }));
}

/** A message's text; staged content is fetched now. */
export function readText(connection: Connection, message: SearchedMessage): string {
  return textOfMessage({ ...message }, (hash) => readPieces(connection, message.tenant, hash));
}

/** About how long a message's text is, without reading what is staged. */
export function measureText(connection: Connection, message: SearchedMessage): number {
  return searchedBlobs({ ...message }).reduce(
    (sum, hash) =>
      sum +
      connection.readNumber(`SELECT size FROM blobs WHERE tenant = ? AND hash = ?`, message.tenant, hash),
    message.content.length,
  );
}

/** The pieces of a staged value as they are stored, in order. */
export function readPieces(connection: Connection, tenant: number, hash: string): Uint8Array[] {
  return connection
    .readRows(`SELECT bytes FROM blob_pieces WHERE tenant = ? AND hash = ? ORDER BY piece`, tenant, hash)
    .map(([bytes]) => bytes as Uint8Array);
}
