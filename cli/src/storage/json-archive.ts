/** All sessions and files in one JSON file: out, and in again. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  type Message,
  type Session,
  ThroughlineError,
  messageFromJson,
  messageToJson,
} from "@throughline/core";
import * as v from "valibot";
import { makeFolder, writeWholeFile } from "../write-whole-file.ts";
import { type ChatMessage, ChatSession } from "./chat-session.ts";
import { eachFile, eachSession } from "./each-page.ts";
import { type UploadedFileRecord, toFileRecord } from "./file-record.ts";
import type { SessionStorage } from "./session-storage.ts";

export interface JsonExport {
  readonly sessionsExported: number;
  readonly filesExported: number;
  readonly path: string;
  readonly bytes: number;
  readonly durationSeconds: number;
}

export interface JsonImport {
  readonly sessionsImported: number;
  readonly filesImported: number;
  readonly durationSeconds: number;
}

/** How the file begins: it is JSON, and each session and each file stands on a line of its own. */
const begin = '{"format":"throughline-storage","version":1,"sessions":[';
const between = '],"files":[';
const end = "]}";

/**
 * Writes every session with its current branch, and every file's record, into a JSON file, which has its name only when
 * it is whole.
 */
export async function exportToJson(storage: SessionStorage, path: string): Promise<JsonExport> {
  const began = performance.now();
  await storage.initialize();
  const counts = { sessionsExported: 0, filesExported: 0 };
  const bytes = await writeWholeFile(path, archiveOf(storage, counts));
  return { ...counts, path, bytes, durationSeconds: (performance.now() - began) / 1_000 };
}

async function* archiveOf(
  { throughline }: SessionStorage,
  counts: { sessionsExported: number; filesExported: number },
): AsyncGenerator<string, void, undefined> {
  yield begin;
  for await (const session of eachSession(throughline)) {
    yield `${counts.sessionsExported === 0 ? "" : ","}\n${head(session)}`;
    let separator = "";
    for await (const message of throughline.messages.stream(session.id)) {
      yield separator + writeLine(messageEntry(message));
      separator = ",";
    }
    yield "]}";
    counts.sessionsExported += 1;
  }
  yield `\n${between}`;
  for await (const file of eachFile(throughline)) {
    yield `${counts.filesExported === 0 ? "" : ","}\n${writeLine(fileEntry(toFileRecord(file)))}`;
    counts.filesExported += 1;
  }
  yield `\n${end}\n`;
}

/** A session up to where its messages begin. */
function head(session: Session): string {
  const { id, model, createdAt, updatedAt, lastActivity, messageCount, metadata, status } = session;
  const entry = {
    session_id: id,
    model: model ?? "",
    created_at: createdAt,
    updated_at: updatedAt,
    last_activity: lastActivity,
    message_count: messageCount,
    metadata,
    status,
  };
  return `${writeLine(entry).slice(0, -1)},"messages":[`;
}

function messageEntry(message: Message): object {
  const { id, role, content, created_at, metadata } = messageToJson(message);
  return { message_id: id, role, content, created_at, metadata };
}

function fileEntry(file: UploadedFileRecord): object {
  return {
    file_id: file.fileId,
    gemini_file_name: file.geminiFileName,
    gemini_file_uri: file.geminiFileUri,
    display_name: file.displayName,
    size: file.size,
    mime_type: file.mimeType,
    uploaded_at: file.uploadedAt,
    expires_at: file.expiresAt,
    metadata: file.metadata,
  };
}

/** JSON on one line, also for those who take U+2028 and U+2029 for ends of lines. */
function writeLine(value: object): string {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

const time = v.pipe(
  v.string(),
  v.transform((text) => new Date(text)),
  v.check((date) => !Number.isNaN(date.getTime())),
);
const object = v.record(v.string(), v.unknown());
const sessionEntry = v.object({
  session_id: v.string(),
  model: v.string(),
  created_at: time,
  updated_at: time,
  // Archives of before have none.
  last_activity: v.optional(time),
  metadata: object,
  status: v.picklist(["active", "archived", "expired"]),
  messages: v.array(
    v.object({
      message_id: v.string(),
      role: v.picklist(["user", "assistant", "system", "tool"]),
      content: v.unknown(),
      created_at: time,
      metadata: object,
    }),
  ),
});
const fileEntrySchema = v.object({
  file_id: v.string(),
  gemini_file_name: v.string(),
  gemini_file_uri: v.string(),
  display_name: v.string(),
  size: v.number(),
  mime_type: v.string(),
  uploaded_at: time,
  expires_at: v.nullable(time),
  metadata: object,
});

type Entry =
  | { readonly type: "session"; readonly session: ChatSession; readonly lastActivity: Date }
  | { readonly type: "file"; readonly file: UploadedFileRecord };

/**
 * Brings in what `exportToJson` wrote: sessions and messages that are there are completed by id, nothing is removed. The
 * whole file is looked at first, so that a damaged one changes nothing.
 *
 * @throws ThroughlineError `invalid` with reason `archive` and the line in `details`
 */
export async function importFromJson(storage: SessionStorage, path: string): Promise<JsonImport> {
  const began = performance.now();
  await storage.initialize();
  for await (const _ of entriesOf(path));
  let [sessionsImported, filesImported] = [0, 0];
  for await (const entry of entriesOf(path)) {
    if (entry.type === "session") {
      await importSession(storage, entry.session, entry.lastActivity);
      sessionsImported += 1;
    } else {
      await storage.saveFileRecord(entry.file);
      filesImported += 1;
    }
  }
  return { sessionsImported, filesImported, durationSeconds: (performance.now() - began) / 1_000 };
}

/** With the times that it had, unless it has gone on here. */
async function importSession(
  storage: SessionStorage,
  session: ChatSession,
  lastActivity: Date,
): Promise<void> {
  const { updatedAt, sessionId, messages } = session;
  await storage.saveSession(session);
  const { sessions, store, tenant } = storage.throughline;
  const stored = await sessions.get(sessionId);
  const isAsThen = +stored.updatedAt === +updatedAt && +stored.lastActivity === +lastActivity;
  if (isAsThen || stored.messageCount !== messages.length) return;
  const set = { updatedAt: updatedAt.getTime(), lastActivity: lastActivity.getTime() };
  await store.commit({ tenant, writes: [{ type: "update", kind: "sessions", key: [sessionId], set }] });
}

async function* entriesOf(path: string): AsyncGenerator<Entry, void, undefined> {
  const input = createReadStream(path);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let place: "begin" | "sessions" | "files" | "end" = "begin";
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (place === "begin" && line === begin) place = "sessions";
      else if (place === "sessions" && line === between) place = "files";
      else if (place === "files" && line === end) place = "end";
      else if (place === "sessions" || place === "files") yield readEntry(place, line, number);
      else throw badArchive(path, number);
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw noArchive(path, error);
    throw error;
  } finally {
    lines.close();
    input.destroy();
  }
  if (place !== "end") throw badArchive(path, number);
}

function readEntry(place: "sessions" | "files", line: string, number: number): Entry {
  try {
    const value: unknown = JSON.parse(line.endsWith(",") ? line.slice(0, -1) : line);
    if (place === "files") return { type: "file", file: readFile(v.parse(fileEntrySchema, value)) };
    const session = v.parse(sessionEntry, value);
    const { last_activity: lastActivity = session.updated_at } = session;
    return { type: "session", session: readSession(session), lastActivity };
  } catch (error) {
    throw badArchive("The archive", number, error);
  }
}

function readSession(entry: v.InferOutput<typeof sessionEntry>): ChatSession {
  const messages = entry.messages.map(
    ({ message_id: messageId, role, content, created_at: createdAt, metadata }): ChatMessage => ({
      messageId,
      sessionId: entry.session_id,
      role,
      content: messageFromJson({ role, content }).content,
      createdAt,
      metadata,
    }),
  );
  return new ChatSession({
    sessionId: entry.session_id,
    model: entry.model,
    createdAt: entry.created_at,
    updatedAt: entry.updated_at,
    status: entry.status,
    metadata: entry.metadata,
    messages,
  });
}

function readFile(entry: v.InferOutput<typeof fileEntrySchema>): UploadedFileRecord {
  return {
    fileId: entry.file_id,
    geminiFileName: entry.gemini_file_name,
    geminiFileUri: entry.gemini_file_uri,
    displayName: entry.display_name,
    size: entry.size,
    mimeType: entry.mime_type,
    uploadedAt: entry.uploaded_at,
    expiresAt: entry.expires_at,
    metadata: entry.metadata,
  };
}

/** Writes an archive with the time in its name into a folder, which is made where there is none. */
export async function backupStorage(storage: SessionStorage, backupDir: string): Promise<JsonExport> {
  await makeFolder(backupDir);
  const stamp = new Date().toISOString().replaceAll(":", "-");
  return exportToJson(storage, join(backupDir, `backup-${stamp}.json`));
}

function badArchive(path: string, line: number, cause?: unknown): ThroughlineError {
  return new ThroughlineError(
    "invalid",
    `${path} is no archive of a storage, or it is damaged: line ${line}.`,
    {
      reason: "archive",
      outcome: "refused",
      details: { line },
      cause,
    },
  );
}

function noArchive(path: string, cause: Error): ThroughlineError {
  return new ThroughlineError("not_found", `There is no file ${path}.`, {
    reason: "archive",
    outcome: "refused",
    cause,
  });
}
