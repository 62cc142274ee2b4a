import { readFile } from "node:fs/promises";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { zstdCompressSync } from "node:zlib";
import type { BenchmarkMessage, Durability } from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";

interface TranscriptLine {
  readonly type: BenchmarkMessage["role"];
  readonly uuid: string;
  readonly sessionId: string;
  readonly timestamp: string;
  readonly message: {
    readonly id?: string;
    readonly model?: string;
    readonly content: string | readonly { readonly text: string }[];
  };
}

/** A message, and where the file has it. */
interface ImportedRow {
  readonly id: string;
  readonly role: string;
  readonly parts: string;
  readonly tokenCount: number;
  readonly model: string;
  readonly native: string;
  readonly createdAt: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS sources (id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS source_chunks (
    source TEXT NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (source, offset)
  ) STRICT;
  ALTER TABLE messages ADD COLUMN model TEXT NOT NULL DEFAULT '';
  ALTER TABLE messages ADD COLUMN native TEXT NOT NULL DEFAULT '';
`;
const perTransaction = 1000;
const chunkBytes = 64 * 1024;
const newline = 0x0a;

/**
 * The least that an import does which keeps what ours keeps: each line parsed and inserted with the place where the file
 * has it, a thousand in a transaction; the file's bytes, packed in chunks; and, after both, how far the file is read.
 */
export class ImportByHand {
  readonly #database: DatabaseSync;
  readonly #insertSession: StatementSync;
  readonly #touchSession: StatementSync;
  readonly #insertMessage: StatementSync;
  readonly #insertChunk: StatementSync;
  readonly #noteSource: StatementSync;

  /** `path` is a file with the reference's tables. */
  constructor(path: string, durability: Durability) {
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA synchronous = ${durability === "power-loss" ? "FULL" : "NORMAL"}; ${schema}`);
    this.#database = database;
    this.#insertSession = database.prepare(`
      INSERT INTO sessions (id, user, title, created_at, updated_at, last_activity) VALUES (?, 'local', '', ?, ?, ?)
      ON CONFLICT (id) DO NOTHING`);
    this.#touchSession = database.prepare(`
      UPDATE sessions SET message_count = message_count + ?, token_count = token_count + ?, last_seq = last_seq + ?,
        updated_at = ?, last_activity = ?
      WHERE id = ? RETURNING session_key, last_seq`);
    this.#insertMessage = database.prepare(`
      INSERT INTO messages (session_key, seq, id, role, parts, token_count, created_at, model, native)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, session_key) DO NOTHING`);
    this.#insertChunk = database.prepare(`
      INSERT INTO source_chunks (source, offset, size, bytes) VALUES (?, ?, ?, ?)`);
    this.#noteSource = database.prepare(`
      INSERT INTO sources (id, path, size) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE SET size = excluded.size`);
  }

  /** Answers how many messages there were. */
  async import(paths: readonly string[]): Promise<number> {
    let count = 0;
    for (const path of paths) count += this.#importFile(path, await readFile(path));
    return count;
  }

  close(): void {
    this.#database.close();
  }

  #importFile(path: string, bytes: Buffer): number {
    const source = makeId();
    const session = firstSession(bytes);
    let count = 0;
    for (let from = 0; from < bytes.length;) {
      const { rows, end } = readRows(source, bytes, from);
      this.#inTransaction(() => {
        this.#insertRows(session, rows);
        this.#insertChunks(source, bytes.subarray(from, end), from);
        this.#noteSource.run(source, path, end);
      });
      count += rows.length;
      from = end;
    }
    return count;
  }

  #insertRows(session: string, rows: readonly ImportedRow[]): void {
    const now = Date.now();
    this.#insertSession.run(session, now, now, now);
    const tokens = rows.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
    const touched = this.#touchSession.get(rows.length, tokens, rows.length, now, now, session);
    const key = Number(touched?.["session_key"]);
    let seq = Number(touched?.["last_seq"]) - rows.length;
    for (const { id, role, parts, tokenCount, createdAt, model, native } of rows) {
      seq += 1;
      this.#insertMessage.run(key, seq, id, role, parts, tokenCount, createdAt, model, native);
    }
  }

  #insertChunks(source: string, bytes: Buffer, from: number): void {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const chunk = bytes.subarray(at, at + chunkBytes);
      this.#insertChunk.run(source, from + at, chunk.length, zstdCompressSync(chunk));
    }
  }

  #inTransaction(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

function firstSession(bytes: Buffer): string {
  const line = bytes.toString("utf8", 0, bytes.indexOf(newline));
  return (JSON.parse(line) as TranscriptLine).sessionId;
}

/** The messages of the next lines, from an offset on. */
function readRows(
  source: string,
  bytes: Buffer,
  from: number,
): { readonly rows: readonly ImportedRow[]; readonly end: number } {
  const rows: ImportedRow[] = [];
  let offset = from;
  while (rows.length < perTransaction && offset < bytes.length) {
    const end = bytes.indexOf(newline, offset);
    rows.push(readRow(source, bytes.toString("utf8", offset, end), offset, end - offset));
    offset = end + 1;
  }
  return { rows, end: offset };
}

function readRow(source: string, line: string, offset: number, length: number): ImportedRow {
  const { type, uuid, timestamp, message } = JSON.parse(line) as TranscriptLine;
  const { id = uuid, model = "", content } = message;
  const text = typeof content === "string" ? content : (content[0]?.text ?? "");
  return {
    id,
    role: type,
    parts: JSON.stringify([{ type: "text", text }]),
    tokenCount: Math.ceil(text.length / 4),
    model,
    native: JSON.stringify({ source, ranges: [[offset, length]] }),
    createdAt: Date.parse(timestamp),
  };
}
