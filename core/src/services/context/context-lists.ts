/** The lists that a session's context consists of: one row an entry, older entries packed into segments. */
import type { Query } from "../../contract/read.ts";
import { type Kind, type KeyValues, type Row, type StoredRecord, compareValues } from "../../model/kind.ts";
import { resourceAccessLogs } from "../../model/resources.ts";
import { contextEntries } from "../../model/session-context.ts";

export const listNames = ["file", "search", "decision", "memory"] as const;
export type ListName = (typeof listNames)[number];

interface List {
  readonly kind: Kind;
  /** The fields that order it. */
  readonly at: string;
  readonly id: string;
  /** The counter of `session_contexts`. */
  readonly counter: "files" | "searches" | "decisions" | "memories";
}

const entries = { kind: contextEntries, at: "createdAt", id: "entryId" } as const;

export const lists: Readonly<Record<ListName, List>> = {
  file: { kind: resourceAccessLogs, at: "accessedAt", id: "accessId", counter: "files" },
  search: { ...entries, counter: "searches" },
  decision: { ...entries, counter: "decisions" },
  memory: { ...entries, counter: "memories" },
};

/** An entry as a row has it, wherever it lies. */
export interface Entry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly id: string;
  readonly record: StoredRecord;
}

/** Where in a list an entry is: its time, then its id. */
export type Place = readonly [at: number, id: string];

export function toEntry(list: ListName, row: Row | StoredRecord): Entry {
  const { at, id } = lists[list];
  return { at: row[at] as number, id: row[id] as string, record: row };
}

export function comparePlaces(left: Entry, right: Entry): number {
  return left.at - right.at || compareValues(left.id, right.id);
}

/** The first values of the keys and orders of a list's rows. */
function prefixOf(list: ListName, session: string): KeyValues {
  return list === "file" ? [session] : [session, list];
}

export function queryRows(list: ListName, session: string, { direction, limit, after }: EntryRange): Query {
  const prefix = prefixOf(list, session);
  return {
    type: "query",
    kind: lists[list].kind.name,
    shape: "time",
    prefix,
    direction,
    limit,
    ...(after === undefined ? undefined : { after: [...prefix, ...after] }),
  };
}

/** Which entries of a list. */
export interface EntryRange {
  readonly direction: "forward" | "backward";
  readonly limit: number;
  /** Only those beyond it. */
  readonly after?: Place | undefined;
}

/** The key of an entry's row. */
export function keyOfEntry(list: ListName, session: string, { id }: Entry): KeyValues {
  return [...prefixOf(list, session), id];
}

/** UTF-8 length of an entry as JSON shows it, but for its place in the list, with a comma. */
export function entryBytes(list: ListName, record: StoredRecord): number {
  return utf8Length(JSON.stringify(shownEntry(list, record))) + 1;
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** What an entry is to a reader. */
function shownEntry(list: ListName, record: StoredRecord): object {
  if (list === "file") {
    const { path, accessType: kind, importance, accessedAt } = record;
    return { path, kind, importance, order: 0, accessed_at: isoTime(accessedAt) };
  }
  const text: unknown = JSON.parse(record.text as string);
  const timestamp = isoTime(record.createdAt);
  if (list === "search") return { query: text, timestamp };
  if (list === "decision") return { decision: text, timestamp };
  return { id: record.memoryId, key: text, timestamp };
}

function isoTime(milliseconds: unknown): string {
  return new Date(milliseconds as number).toISOString();
}
