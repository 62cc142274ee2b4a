/** What imports note of a session that lies in a file of many: where, in which version, and what they made the head. */
import type { Expectation, ImportedPart, KeyValues, SourcePart, Write } from "@throughline/core";
import { importedPartKey } from "@throughline/core";
import type { ByteRange, ImportKnowledge, ImportedSessionPart } from "../importer.ts";
import type { ImportReport } from "./import-report.ts";
import { type Where, uniqueKeyOf } from "./import-session.ts";
import { packChunk } from "./source-chunks.ts";

export interface PartNote extends ImportedPart {
  /** Of the part's bytes; empty while an import is under way. */
  readonly sha256: string;
  /** When the tool last changed the session, in milliseconds. */
  readonly updatedAt?: number;
  /** The position that an import last made the head; null while the first one is under way. */
  readonly head: number | null;
  /** The title that was imported last: one that a person has changed since is left alone. */
  readonly title?: string;
}

export interface StoredNote {
  readonly note: PartNote;
  /** Of its record: two imports of one session do not get in each other's way. */
  readonly revision: number;
}

const chunkBytes = 64 * 1024;
const space = 0x20;

/** The notes of sessions, by their ids. */
export async function readPartNotes(
  { throughline }: Where,
  sessions: readonly string[],
): Promise<readonly (StoredNote | undefined)[]> {
  const { store, tenant } = throughline;
  const keys = sessions.map(importedPartKey);
  const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "state", keys }] });
  return answers[0].map((row) =>
    row === undefined
      ? undefined
      : { note: JSON.parse(row.value as string) as PartNote, revision: row.revision },
  );
}

export function writePartNote(session: string, note: PartNote, now: number): Write {
  const [scope, collection, key] = importedPartKey(session) as [string, string, string];
  return {
    type: "insert",
    kind: "state",
    record: {
      scope,
      collection,
      key,
      value: JSON.stringify(note),
      metadata: "",
      count: 0,
      updatedAt: now,
      expiresAt: 0,
    },
    exists: "replace",
  };
}

/** Tells an importer which sessions are here as they are in the file. They are counted. */
export function knowledgeOf(where: Where, report: ImportReport): ImportKnowledge {
  return {
    async areKnown(parts) {
      const { store, tenant } = where.throughline;
      const keys = parts.map(({ externalKey }) => uniqueKeyOf(where, externalKey));
      const { answers } = await store.read({
        tenant,
        requests: [{ type: "get", kind: "sessions", keys, select: "key" }],
      });
      const found = answers[0].map((row) => row?.id as string | undefined);
      const ids = found.filter((id) => id !== undefined);
      const notes = ids.length === 0 ? [] : await readPartNotes(where, ids);
      const byId = new Map(ids.map((id, index) => [id, notes[index]?.note]));
      const known = parts.map(({ sha256 }, index) => {
        const id = found[index];
        return id !== undefined && isWritten(byId.get(id), sha256);
      });
      report.sessionsUnchanged += known.filter(Boolean).length;
      return known;
    },
  };
}

/** Expects that no other import of the session has noted anything since. */
export function expectNote(session: string, revision: number | undefined): Expectation {
  const key = importedPartKey(session);
  return revision === undefined
    ? { type: "absent", kind: "state", key }
    : { type: "equals", kind: "state", key, fields: { revision } };
}

/** A note is no session's own record: nothing but this keeps it from a session that was deleted. */
export function notDeleted(session: string): Expectation {
  return { type: "equals", kind: "sessions", key: [session], fields: { hiddenAt: 0 } };
}

/** Whether this version of a session is here, and nothing of another one. */
export function isWritten(note: PartNote | undefined, sha256: string): boolean {
  return note?.sha256 === sha256 && note.others.length === 0;
}

export function isSamePart(one: SourcePart, other: SourcePart): boolean {
  return one.source === other.source && one.offset === other.offset && one.length === other.length;
}

/** The chunks that keep a part's bytes. What was deleted here is not kept: spaces stand for it. */
export function partChunks(
  { source, offset }: SourcePart,
  { bytes }: ImportedSessionPart,
  deleted: readonly ByteRange[],
): readonly Write[] {
  const kept = deleted.length === 0 ? bytes : new Uint8Array(bytes);
  for (const [begin, length] of deleted) kept.fill(space, begin - offset, begin - offset + length);
  return chunkOffsets({ source, offset, length: bytes.length }).map((begin) => ({
    type: "insert",
    kind: "source_chunks",
    record: packChunk(source, begin, kept.subarray(begin - offset, begin - offset + chunkBytes)),
    exists: "replace",
  }));
}

/** Takes a part's chunks away. */
export function removePart(part: SourcePart): readonly Write[] {
  return chunkOffsets(part).map((offset) => {
    const key: KeyValues = [part.source, offset];
    return { type: "remove", kind: "source_chunks", key };
  });
}

function chunkOffsets({ offset, length }: SourcePart): readonly number[] {
  return Array.from({ length: Math.ceil(length / chunkBytes) }, (_, index) => offset + index * chunkBytes);
}
