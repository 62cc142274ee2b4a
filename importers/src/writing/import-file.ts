/** Imports one file from where the last import of it ended. */
import type { CommitResult, Expectation, Throughline, Write } from "@throughline/core";
import { isThroughlineError, newId } from "@throughline/core";
import type { ImportCheckpoint, ImportEvent, ImportPosition, ImportSource, Importer } from "../importer.ts";
import {
  type ImportCursor,
  type StoredCursor,
  continues,
  expectCursor,
  identityOf,
  readCursorOf,
  writeCursorOf,
} from "./import-cursor.ts";
import { type ImportReport, addProblem } from "./import-report.ts";
import { isDeleted } from "./import-session.ts";
import { knowledgeOf } from "./part-note.ts";
import { RememberingSource } from "./remembering-source.ts";
import { sourceChunks } from "./source-chunks.ts";
import { writeConversations } from "./write-conversations.ts";
import { writeEvents } from "./write-events.ts";

/** The project of a session that began in this folder; undefined: none. */
export type ProjectOf = (workspacePath: string | undefined) => Promise<string | undefined>;

export interface FileImport {
  readonly throughline: Throughline;
  readonly importer: Importer;
  readonly source: ImportSource;
  /** The first kilobytes of the file. */
  readonly head: string;
  /** Owner of the sessions. */
  readonly user: string;
  /** The project of sessions that have none; undefined: they get none. */
  readonly projectOf?: ProjectOf | undefined;
  readonly report: ImportReport;
  /** What became of each session in this run: it counts once, however often it is written. */
  readonly fates: Map<string, "created" | "grown" | "deleted">;
  readonly progress: (bytes: number) => void;
}

/** Bytes and events that are worth a commit: memory is bounded by them, and by the largest line or conversation. */
const flushBytes = 1024 * 1024;
const flushEvents = 1_000;
/** Chunks of a source that fit a batch with room to spare. */
const chunksPerBatch = 48;
/** Attempts in which neither this import nor another one of the file gets further. */
const attempts = 10;
/** Keys of deleted sessions that a cursor remembers: files hold few sessions. */
const skippedLimit = 100;
const beginning: ImportPosition = { offset: 0, line: 0, memo: null };

/** Imports a file. When another import of it is under way, both go on from what the other has written. */
export async function importFile(file: FileImport, signal: AbortSignal | undefined): Promise<void> {
  const { throughline, importer, source, user } = file;
  let revision = 0;
  for (let attempt = 1; ; attempt += 1) {
    const stored = await readCursorOf({ throughline, tool: importer.tool, user }, source.path);
    // Whoever overtakes this one has got further, so it may be overtaken as often as the file is long.
    if (stored.revision > revision) attempt = 1;
    revision = stored.revision;
    try {
      await importFrom(file, stored, signal);
      return;
    } catch (error) {
      const isOvertaken = isThroughlineError(error) && error.reason === "expectation";
      if (!isOvertaken || attempt === attempts) throw error;
    }
  }
}

async function importFrom(
  file: FileImport,
  stored: StoredCursor,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { throughline, source, head, importer, user, report, progress } = file;
  const firstLineHash = identityOf(importer, source, head);
  const isKnown =
    continues(stored.cursor, source, firstLineHash) &&
    (importer.isExport === true || (await isAtRecord(source, stored.cursor?.position.offset ?? 0)));
  const isBack = isKnown && (await isAnyBack(file, stored.cursor?.skipped ?? []));
  if (isKnown && !isBack && stored.cursor?.position.offset === source.size) {
    report.unchangedFiles += 1;
    return;
  }
  const cursor: ImportCursor =
    isKnown && stored.cursor !== undefined
      ? { ...stored.cursor, ...(isBack ? { position: beginning, skipped: [] } : undefined) }
      : { sourceId: newId(), position: beginning, firstLineHash, titles: {}, skipped: [] };
  const remembering = new RememberingSource(source);
  const writer = new FileWriter(file, remembering, stored, cursor);
  // The source is named before any message refers to it.
  if (!isKnown) await writer.begin();
  const begun = cursor.position.offset > 0 ? cursor.position : undefined;
  let events: ImportEvent[] = [];
  const knowledge =
    importer.isExport === true ? knowledgeOf({ throughline, tool: importer.tool, user }, report) : undefined;
  // Of an export only its conversations are kept, which come with their bytes.
  const read = importer.isExport === true ? source : remembering;
  for await (const event of importer.read(read, begun, knowledge)) {
    if (event.type === "problem") {
      // A megabyte may hold half a million of them: they don't wait with what is to be written.
      addProblem(report, { path: source.path, line: event.line, message: event.message });
      continue;
    }
    if (event.type !== "checkpoint") {
      events.push(event);
      continue;
    }
    const isLittle =
      event.offset - writer.offset < flushBytes &&
      (events.length < flushEvents || importer.isExport === true);
    const isNothing = importer.isExport === true && events.length === 0;
    const isWaiting = isLittle || isNothing;
    if (isWaiting && event.offset < source.size && signal?.aborted !== true) {
      if (!isLittle) progress(event.offset);
      writer.note(event);
      continue;
    }
    await writer.flush(events, event);
    events = [];
    progress(event.offset);
    if (signal?.aborted === true) return;
  }
  await writer.finish(events);
}

/**
 * Whether a line, or an object on a line, may begin at an offset. Where the last import ended, one does; if none does any
 * more, the file was edited before that place, and reading on would lose the line that lies over it.
 */
async function isAtRecord(source: ImportSource, offset: number): Promise<boolean> {
  // Nothing is read on where the file is as long as it was.
  if (offset === 0 || offset === source.size) return true;
  let around = "";
  for await (const bytes of source.bytes(offset - 1)) {
    around += String.fromCharCode(...bytes.subarray(0, 2));
    if (around.length >= 2) break;
  }
  // A whole object at the end of a file is taken before its line has an ending.
  return around.startsWith("\n") || /^\}[\r\n{]/.test(around);
}

/** Whether a session that was left out as deleted is there again: then its file is read again, from the beginning. */
async function isAnyBack(
  { throughline, importer, user }: FileImport,
  keys: readonly string[],
): Promise<boolean> {
  const where = { throughline, tool: importer.tool, user };
  for (const key of keys) if (!(await isDeleted(where, key))) return true;
  return false;
}

/** Writes what was read, then the bytes it was read from, then where to go on. */
class FileWriter {
  readonly #file: FileImport;
  readonly #source: RememberingSource;
  #stored: StoredCursor;
  #cursor: ImportCursor;
  /** Sessions of which it is noted that they come from this file. */
  readonly #notedSessions = new Set<string>();
  /** The last checkpoint that no flush has reached yet. */
  #noted: ImportCheckpoint | undefined;

  constructor(file: FileImport, source: RememberingSource, stored: StoredCursor, cursor: ImportCursor) {
    this.#file = file;
    this.#source = source;
    this.#stored = stored;
    this.#cursor = cursor;
  }

  get offset(): number {
    return this.#cursor.position.offset;
  }

  note(checkpoint: ImportCheckpoint): void {
    this.#noted = checkpoint;
  }

  async begin(): Promise<void> {
    await this.#commitCursor(this.#cursor, []);
  }

  async flush(events: readonly ImportEvent[], position: ImportPosition): Promise<void> {
    this.#noted = undefined;
    if (this.#file.importer.isExport === true) await this.#flushExport(events, position);
    else await this.#flushFile(events, position);
  }

  async #flushExport(events: readonly ImportEvent[], { offset, line, memo }: ImportPosition): Promise<void> {
    const deleted = await writeConversations(this.#file, this.#cursor.sourceId, events);
    const skipped = [...new Set([...this.#cursor.skipped, ...deleted])].slice(-skippedLimit);
    await this.#commitCursor({ ...this.#cursor, position: { offset, line, memo }, skipped }, []);
  }

  async #flushFile(events: readonly ImportEvent[], { offset, line, memo }: ImportPosition): Promise<void> {
    const { sourceId, titles } = this.#cursor;
    const written = await writeEvents(this.#file, sourceId, this.#notedSessions, titles, events);
    const skipped = [...new Set([...this.#cursor.skipped, ...written.skipped])].slice(-skippedLimit);
    let chunks: Write[] = [];
    for await (const chunk of sourceChunks(
      sourceId,
      this.#source,
      this.offset,
      offset,
      written.skippedBytes,
    )) {
      chunks.push(chunk);
      if (chunks.length < chunksPerBatch) continue;
      await this.#commit(chunks, []);
      chunks = [];
    }
    this.#file.report.bytes += offset - this.offset;
    // A reader's memo holds titles and more of what it has read.
    const position = { offset, line, memo: written.skippedBytes === "all" ? null : memo };
    await this.#commitCursor({ ...this.#cursor, position, titles: written.titles, skipped }, chunks);
  }

  /** After the last event: a file that ends in a torn line stays at its last checkpoint. */
  async finish(events: readonly ImportEvent[]): Promise<void> {
    const position = this.#noted ?? this.#cursor.position;
    if (this.#noted !== undefined || events.length > 0) await this.flush(events, position);
  }

  async #commitCursor(cursor: ImportCursor, writes: readonly Write[]): Promise<void> {
    const { throughline, importer, source } = this.#file;
    const now = throughline.store.now();
    const record = {
      id: cursor.sourceId,
      toolId: importer.tool,
      path: source.path.toWellFormed().replaceAll("\0", "").slice(0, 4_096),
      size: cursor.position.offset,
      firstLineHash: cursor.firstLineHash,
      createdAt: now,
      updatedAt: now,
    };
    const { size, updatedAt } = record;
    const result = await this.#commit(
      [
        ...writes,
        { type: "insert", kind: "sources", record, exists: { set: { size, updatedAt } } },
        writeCursorOf(this.#stored, cursor, now),
      ],
      [expectCursor(this.#stored)],
    );
    const last = result.results.at(-1);
    this.#cursor = cursor;
    this.#stored = {
      ...this.#stored,
      cursor,
      revision: last !== undefined && "revision" in last ? last.revision : 0,
    };
  }

  async #commit(writes: readonly Write[], expect: readonly Expectation[]): Promise<CommitResult> {
    const { store, tenant } = this.#file.throughline;
    return store.commit({ tenant, writes, expect });
  }
}
