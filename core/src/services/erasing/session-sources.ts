/** The imported bytes of a session that is erased: what is left of them when its messages are blanked. */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { Range } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { type SourcePart, importedPartKey, readImportedPart } from "../sources/imported-part.ts";
import type { ServiceContext } from "../service-context.ts";
import { type SourceSession, sourceSessions } from "./import-notes.ts";

/** Chunks that one commit removes: about 6 MB of a file. */
const chunksAtOnce = 100;
const notesAtOnce = 500;

export interface SourceStep {
  readonly writes: readonly Write[];
  readonly expect: readonly Expectation[];
  readonly counts: Readonly<Record<string, number>>;
  /** The sources that are left to look at. */
  readonly sources: readonly string[];
}

/**
 * The next thing to do about the files that a session came from; undefined: nothing is left. Lines that belong to no
 * message (titles, summaries) hold text, too: a file that no other session comes from goes whole.
 */
export async function nextSourceStep(
  context: ServiceContext,
  session: string,
  sources: readonly string[],
  options: CallOptions,
): Promise<SourceStep | undefined> {
  const imported = await readImportedPart(context, session);
  if (imported !== undefined) {
    const parts = [imported.part, ...imported.others];
    const step = await removeChunks(context, parts, sources, options);
    if (step !== undefined) return step;
    return {
      writes: [{ type: "remove", kind: "state", key: importedPartKey(session) }],
      expect: [],
      counts: {},
      sources: [...new Set([...sources, ...parts.map(({ source }) => source)])],
    };
  }
  const [source, ...others] = sources;
  return source === undefined ? undefined : stepOfSource(context, session, source, others, options);
}

/** Removes chunks of the parts, which hold nothing else. */
async function removeChunks(
  context: ServiceContext,
  parts: readonly SourcePart[],
  sources: readonly string[],
  options: CallOptions,
): Promise<SourceStep | undefined> {
  for (const { source, offset, length } of parts) {
    const range = { from: offset, below: offset + length };
    const keys = length === 0 ? [] : await chunkKeys(context, source, range, options);
    if (keys.length === 0) continue;
    return {
      writes: keys.map((key): Write => ({ type: "remove", kind: "source_chunks", key })),
      expect: [],
      counts: { source_chunks: keys.length },
      sources,
    };
  }
  return undefined;
}

async function stepOfSource(
  context: ServiceContext,
  session: string,
  source: string,
  others: readonly string[],
  options: CallOptions,
): Promise<SourceStep> {
  const notes = await readNotes(context, source, options);
  const own = notes.find(({ key }) => key === session);
  const keys = await chunkKeys(context, source, {}, options);
  const rest = notes.filter((note) => note !== own);
  // Without a note it was imported before notes were kept, and nobody knows whom else the file is of.
  const isShared = own === undefined ? keys.length > 0 : await isAnyThere(context, rest, options);
  const cursor = own === undefined ? undefined : await forgetText(context, source, own, options);
  if (isShared) {
    const remove: Write = { type: "remove", kind: "state", key: [...sourceSessions(source), session] };
    return {
      writes: own === undefined ? [] : [remove, ...(cursor?.writes ?? [])],
      expect: cursor?.expect ?? [],
      counts: {},
      sources: others,
    };
  }
  if (keys.length > 0) {
    return {
      writes: keys.map((key): Write => ({ type: "remove", kind: "source_chunks", key })),
      expect: [],
      counts: { source_chunks: keys.length },
      sources: [source, ...others],
    };
  }
  return {
    writes: [
      { type: "remove", kind: "sources", key: [source] },
      ...notes.map(({ scope, collection, key }): Write => ({
        type: "remove",
        kind: "state",
        key: [scope as string, collection as string, key as string],
      })),
      ...(cursor?.writes ?? []),
    ],
    expect: cursor?.expect ?? [],
    counts: { sources: 1 },
    sources: others,
  };
}

/** Keys of a source's first chunks in a range. */
async function chunkKeys(
  { store, tenant }: ServiceContext,
  source: string,
  range: Range,
  options: CallOptions,
): Promise<readonly KeyValues[]> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        {
          type: "query",
          kind: "source_chunks",
          shape: "key",
          prefix: [source],
          range,
          direction: "forward",
          limit: chunksAtOnce,
          select: "key",
        },
      ],
    },
    options,
  );
  return answers[0].rows.map(({ offset }) => [source, offset as number]);
}

async function readNotes(
  { store, tenant }: ServiceContext,
  source: string,
  options: CallOptions,
): Promise<readonly Row[]> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        {
          type: "query",
          kind: "state",
          shape: "key",
          prefix: sourceSessions(source),
          direction: "forward",
          limit: notesAtOnce,
        },
      ],
    },
    options,
  );
  return answers[0].rows;
}

/** Whether a session is there that one of the notes names; deleted ones may be brought back. */
async function isAnyThere(
  { store, tenant }: ServiceContext,
  notes: readonly Row[],
  options: CallOptions,
): Promise<boolean> {
  // A file of so many sessions is no file of one session: it stays until few are left.
  if (notes.length === 0 || notes.length >= notesAtOnce - 1) return notes.length > 0;
  const keys = notes.map(({ key }) => [key as string]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys, select: "key", hidden: true }] },
    options,
  );
  return answers[0].some((row) => row !== undefined);
}

/**
 * What an import remembers of the file beside how far it read: titles, and what its reader had in mind. Without them an
 * import that goes on takes a line that continues an answer from before for one of its own.
 */
async function forgetText(
  { store, tenant }: ServiceContext,
  source: string,
  note: Row,
  options: CallOptions,
): Promise<Pick<SourceStep, "writes" | "expect"> | undefined> {
  const { cursor: key } = JSON.parse(note.value as string) as SourceSession;
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "state", keys: [key] }] },
    options,
  );
  const row = answers[0][0];
  if (row === undefined) return undefined;
  const cursor = JSON.parse(row.value as string) as { sourceId?: string; position?: object };
  // Another file came to be at its path.
  if (cursor.sourceId !== source) return undefined;
  const value = JSON.stringify({ ...cursor, titles: {}, position: { ...cursor.position, memo: null } });
  return {
    writes: [{ type: "update", kind: "state", key, set: { value } }],
    expect: [{ type: "equals", kind: "state", key, fields: { revision: row.revision } }],
  };
}
