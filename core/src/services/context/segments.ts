/** Segments: entries of one list packed together, as JSON lines. */
import { ThroughlineError } from "../../error.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";
import { gunzip, gzip } from "../../contract/stream-bytes.ts";
import { type Entry, type ListName, entryBytes, lists, toEntry } from "./context-lists.ts";

/** Bytes of entries as JSON in one segment, unless one entry has more. */
export const segmentBytes: number = 1024 * 1024;

/** Bytes that a segment unpacks to at most: one entry may have a megabyte, and JSON writes a character in up to six. */
const longestSegment = 32 * 1024 * 1024;

/** A segment's record, without the number. */
export async function packSegment(
  session: string,
  list: ListName,
  entries: readonly Entry[],
): Promise<StoredRecord> {
  const lines = entries.map(({ record }) => JSON.stringify(ownFields(list, record)));
  return {
    sessionId: session,
    kind: list,
    entries: entries.length,
    sizeBytes: entries.reduce((sum, { record }) => sum + entryBytes(list, record), 0),
    firstAt: Math.min(...entries.map(({ at }) => at)),
    lastAt: Math.max(...entries.map(({ at }) => at)),
    packed: await gzip(new TextEncoder().encode(lines.join("\n"))),
  };
}

/** What a row says beside whose it is. */
export function ownFields(list: ListName, record: StoredRecord): StoredRecord {
  const names = Object.keys(lists[list].kind.fields).filter(
    (name) => name !== "sessionId" && name !== "kind",
  );
  return Object.fromEntries(names.map((name) => [name, record[name] ?? null]));
}

/** Whose an entry's row is. */
export function ownerFields(list: ListName, sessionId: string): StoredRecord {
  return list === "file" ? { sessionId } : { sessionId, kind: list };
}

/** @throws ThroughlineError `unavailable` with reason `damaged` */
export async function unpackSegment(row: Row): Promise<readonly Entry[]> {
  const list = row.kind as ListName;
  const whose = ownerFields(list, row.sessionId as string);
  try {
    const bytes = await gunzip(row.packed as Uint8Array, longestSegment, () => new RangeError());
    const lines = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // Within a line JSON has no line breaks. Reading all of them at once is quicker.
    const records = JSON.parse(`[${lines.replaceAll("\n", ",")}]`) as StoredRecord[];
    return records.map((record) => toEntry(list, Object.assign(record, whose)));
  } catch (cause) {
    throw new ThroughlineError("unavailable", "A packed part of a context is damaged.", {
      reason: "damaged",
      details: { session: row.sessionId, segment: row.segment },
      cause,
    });
  }
}
