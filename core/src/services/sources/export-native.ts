/** An imported session in its own tool's format: the bytes that were imported. */
import { ThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import type { Filter } from "../../contract/filter.ts";
import { everyRecord } from "../every-record.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { type SourcePart, readImportedPart } from "./imported-part.ts";
import type { Native } from "../messages/message.ts";
import { baseName, findSessionFile, isNoted } from "./session-files.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import { type SourceContext, sourceBytes } from "./source-bytes.ts";

export interface NativeExport {
  /** The tool whose format it is. */
  readonly tool: string;
  /** A name for the file: the imported one's where it is given whole. */
  readonly fileName: string;
  /** How long it is; absent where that shows when it is read. */
  readonly size?: number;
  /** Messages of the session that were deleted here: spaces stand in the place of their bytes. */
  readonly blanked: number;
  /** Messages of the session that are not in it: they were written here. */
  readonly others: number;
  /** Messages of the session that were read from another file first; this one may hold them, too. */
  readonly elsewhere: number;
  /** False for a whole file that holds lines of other sessions, and is not named after this one. */
  readonly isOwn: boolean;
  /** In pieces, read from the store as they are asked for. May be read once. */
  readonly bytes: AsyncGenerator<Uint8Array, void, undefined>;
}

type SourceNative = Extract<Native, { readonly source: string }>;

/** Ranges that were given lately: one record may have become several messages. */
const recentRanges = 256;
const messagesPerPage = 100;
/** How an imported message's `native` differs from one that an adapter wrote: there it would be escaped. */
const isImported: Filter = { field: "native", test: "contains", value: '"source":"' };
const isLive: Filter = { field: "removedAt", test: "equals", value: 0 };

/**
 * The bytes that a session was imported from, as far as they were imported: the whole file; of a file that holds many
 * sessions, the session's own part; of a side chain that stood in the file of its session, its own lines.
 *
 * @throws ThroughlineError `not_found`; `unsupported` with reason `no_native` for a session that was not imported. Reading
 *   the bytes: `unsupported` with reason `encoding`, `unavailable` with reason `missing_bytes`.
 */
export async function exportNative(
  context: SourceContext,
  session: string,
  settings: CallSettings = {},
): Promise<NativeExport> {
  const { row, part, total, imported, removed } = await readFacts(context, session, settings);
  const newest = part?.source ?? (await lastImported(context, session, settings))?.source;
  const file = newest === undefined ? undefined : await findSessionFile(context, row, newest, settings);
  if (file === undefined) throw noNative(session);
  const source = file.row.id as string;
  const facts = { tool: file.row.toolId as string, blanked: removed, others: total - imported };
  const key = baseName(row.externalKey as string);
  if (part !== undefined) {
    return {
      ...facts,
      fileName: `${key}.json`,
      size: part.length,
      elsewhere: 0,
      isOwn: true,
      bytes: sourceBytes(context, part, settings),
    };
  }
  const elsewhere = imported - (await countImported(context, session, source, settings));
  if (await isInParentsFile(context, row, source, settings)) {
    const bytes = ownLines(context, session, source, settings);
    return { ...facts, fileName: `${key}.jsonl`, elsewhere, isOwn: true, bytes };
  }
  const whole = { source, offset: 0, length: file.row.size as number };
  return {
    ...facts,
    fileName: baseName(file.row.path as string),
    size: whole.length,
    elsewhere,
    isOwn: file.isOwn,
    bytes: sourceBytes(context, whole, settings),
  };
}

interface Facts {
  readonly row: Row;
  readonly part: SourcePart | undefined;
  readonly total: number;
  readonly imported: number;
  readonly removed: number;
}

async function readFacts(context: SourceContext, session: string, settings: CallSettings): Promise<Facts> {
  const { store, tenant } = context;
  const inSession = { type: "count", kind: "messages", shape: "key", prefix: [session] } as const;
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "sessions", keys: [[session]] },
        { ...inSession, where: [isLive] },
        { ...inSession, where: [isLive, isImported] },
        { ...inSession, where: [{ field: "removedAt", test: "above", value: 0 }] },
      ],
    },
    settings,
  );
  const [[row], total, imported, removed] = answers;
  if (row === undefined) throw sessionNotFound(session);
  const found = await readImportedPart(context, session);
  return { row, part: found?.part, total, imported, removed };
}

/** Where the last imported message came from: of several copies of a file, the one that held most of the session. */
async function lastImported(
  context: SourceContext,
  session: string,
  settings: CallSettings,
): Promise<SourceNative | undefined> {
  for await (const native of importedRanges(context, session, "backward", 1, settings)) return native;
  return undefined;
}

async function* importedRanges(
  context: SourceContext,
  session: string,
  direction: "forward" | "backward",
  limit: number,
  settings: CallSettings,
): AsyncGenerator<SourceNative, void, undefined> {
  const query = {
    kind: "messages",
    shape: "key",
    prefix: [session],
    where: [isLive, isImported],
    direction,
    limit,
    select: "all",
  } as const;
  for await (const { native } of everyRecord(context, query, settings)) {
    const parsed = JSON.parse(native as string) as Native;
    if ("source" in parsed) yield parsed;
  }
}

async function countImported(
  { store, tenant }: SourceContext,
  session: string,
  source: string,
  settings: CallSettings,
): Promise<number> {
  const isFromSource: Filter = { field: "native", test: "contains", value: `"source":"${source}"` };
  const where = [isLive, isFromSource];
  const { answers } = await store.read(
    { tenant, requests: [{ type: "count", kind: "messages", shape: "key", prefix: [session], where }] },
    settings,
  );
  return answers[0];
}

/** Whether a session's lines stand in a file of the session that started it. */
async function isInParentsFile(
  context: SourceContext,
  { parentSessionId }: Row,
  source: string,
  settings: CallSettings,
): Promise<boolean> {
  const parent = parentSessionId as string;
  if (parent === "") return false;
  if (await isNoted(context, parent, source, settings)) return true;
  // It was imported before that was noted.
  return (await lastImported(context, parent, settings))?.source === source;
}

/** The lines that a session's messages were made from, each once, in the order of its messages. */
async function* ownLines(
  context: SourceContext,
  session: string,
  source: string,
  settings: CallSettings,
): AsyncGenerator<Uint8Array, void, undefined> {
  const newline = Uint8Array.of(0x0a);
  const recent: number[] = [];
  for await (const native of importedRanges(context, session, "forward", messagesPerPage, settings)) {
    if (native.source !== source) continue;
    for (const [offset, length] of native.ranges) {
      if (recent.includes(offset)) continue;
      recent.push(offset);
      if (recent.length > recentRanges) recent.shift();
      yield* sourceBytes(context, { source, offset, length }, settings);
      yield newline;
    }
  }
}

function noNative(session: string): ThroughlineError {
  return new ThroughlineError(
    "unsupported",
    "This session was not imported from another tool's file. Export it as json, markdown or text.",
    { reason: "no_native", details: { session } },
  );
}
