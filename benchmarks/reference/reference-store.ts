import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { BenchmarkMessage, Durability } from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";
import {
  messageOfRow,
  prepareMessage,
  type PreparedMessage,
  type ReferenceMessage,
} from "./reference-message.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS sessions (
    session_key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL,
    title TEXT NOT NULL,
    message_count INTEGER NOT NULL DEFAULT 0,
    token_count INTEGER NOT NULL DEFAULT 0,
    last_seq INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_activity INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS sessions_by_activity ON sessions (user, last_activity);
  CREATE TABLE IF NOT EXISTS messages (
    message_key INTEGER PRIMARY KEY,
    session_key INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    role TEXT NOT NULL,
    parts TEXT NOT NULL,
    token_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (session_key, seq),
    UNIQUE (id, session_key)
  ) STRICT;
`;

/** A session as the reference lists it. */
export interface ReferenceSession {
  readonly id: string;
  readonly title: string;
  readonly messageCount: number;
  readonly tokenCount: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastActivity: number;
}

interface WaitingAppend {
  readonly session: string;
  readonly messages: readonly PreparedMessage[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One careful hand-written transaction on the raw driver, doing what an append must do and no more: an insert that
 * is idempotent by message id, `seq` without gaps, and the session's counters and order of activity kept.
 * Rows are read as objects and their parts parsed: the plain way, which the goals for reads are stated against.
 */
export class ReferenceStore {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insertSession: StatementSync;
  readonly #touchSession: StatementSync;
  readonly #findSession: StatementSync;
  readonly #insertMessage: StatementSync;
  readonly #findMessage: StatementSync;
  readonly #selectLast: StatementSync;
  readonly #selectAll: StatementSync;
  readonly #selectSessions: StatementSync;
  readonly #waiting: WaitingAppend[] = [];

  constructor(path: string, durability: Durability) {
    const database = new DatabaseSync(path, { timeout: 10_000 });
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === "power-loss" ? "FULL" : "NORMAL"};`,
    );
    database.exec(schema);
    this.#database = database;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#insertSession = database.prepare(
      "INSERT INTO sessions (id, user, title, created_at, updated_at, last_activity) VALUES (?, 'local', ?, ?, ?, ?)",
    );
    this.#touchSession = database.prepare(`
      UPDATE sessions SET message_count = message_count + ?, token_count = token_count + ?, last_seq = last_seq + ?,
        updated_at = ?, last_activity = ?
      WHERE id = ? RETURNING session_key, last_seq`);
    this.#findSession = database.prepare("SELECT session_key, message_count FROM sessions WHERE id = ?");
    this.#insertMessage = database.prepare(`
      INSERT INTO messages (session_key, seq, id, role, parts, token_count, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id, session_key) DO NOTHING`);
    this.#findMessage = database.prepare("SELECT role, parts FROM messages WHERE id = ? AND session_key = ?");
    this.#selectLast = database.prepare(`
      SELECT id, seq, role, parts, token_count, created_at FROM messages
      WHERE session_key = (SELECT session_key FROM sessions WHERE id = ?) ORDER BY seq DESC LIMIT ?`);
    this.#selectAll = database.prepare(`
      SELECT id, seq, role, parts, token_count, created_at FROM messages
      WHERE session_key = (SELECT session_key FROM sessions WHERE id = ?) ORDER BY seq`);
    this.#selectSessions = database.prepare(`
      SELECT id, title, message_count, token_count, created_at, updated_at, last_activity FROM sessions
      WHERE user = 'local' ORDER BY last_activity DESC LIMIT ?`);
  }

  createSession(title: string): string {
    const id = makeId();
    const now = Date.now();
    this.#insertSession.run(id, title, now, now, now);
    return id;
  }

  /** Appends in a transaction of its own. */
  append(session: string, messages: readonly BenchmarkMessage[]): void {
    const prepared = messages.map(prepareMessage);
    this.#inTransaction(() => this.#write(session, prepared));
  }

  /** Appends together with all others of the same turn of the event loop: one commit for all. */
  appendGrouped(session: string, messages: readonly BenchmarkMessage[]): Promise<void> {
    const prepared = messages.map(prepareMessage);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ session, messages: prepared, resolve, reject });
    });
  }

  readLast(session: string, count: number): ReferenceMessage[] {
    return this.#selectLast.all(session, count).map(messageOfRow).toReversed();
  }

  readAll(session: string): ReferenceMessage[] {
    return this.#selectAll.all(session).map(messageOfRow);
  }

  listSessions(count: number): ReferenceSession[] {
    return this.#selectSessions.all(count).map((row) => ({
      id: String(row["id"]),
      title: String(row["title"]),
      messageCount: Number(row["message_count"]),
      tokenCount: Number(row["token_count"]),
      createdAt: Number(row["created_at"]),
      updatedAt: Number(row["updated_at"]),
      lastActivity: Number(row["last_activity"]),
    }));
  }

  countMessages(session: string): number {
    return Number(this.#findSession.get(session)?.["message_count"]);
  }

  close(): void {
    this.#database.close();
  }

  #flush(): void {
    const group = this.#waiting.splice(0);
    try {
      this.#inTransaction(() => {
        for (const item of group) this.#write(item.session, item.messages);
      });
      for (const item of group) item.resolve();
    } catch (error) {
      for (const item of group) item.reject(error);
    }
  }

  #inTransaction(work: () => void): void {
    this.#begin.run();
    try {
      work();
      this.#commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #write(session: string, messages: readonly PreparedMessage[]): void {
    const now = Date.now();
    const tokens = messages.reduce((sum, message) => sum + message.tokenCount, 0);
    const touched = this.#touchSession.get(messages.length, tokens, messages.length, now, now, session);
    if (touched === undefined) throw new Error(`No session ${session}`);
    const key = Number(touched["session_key"]);
    let seq = Number(touched["last_seq"]) - messages.length;
    for (const { id, role, parts, tokenCount } of messages) {
      seq += 1;
      const { changes } = this.#insertMessage.run(key, seq, id, role, parts, tokenCount, now);
      if (changes === 0) this.#refuseRepeat(key, id, role, parts);
    }
  }

  /** A message that is there already undoes the transaction, whose counters are wrong then. */
  #refuseRepeat(key: number, id: string, role: string, parts: string): never {
    const stored = this.#findMessage.get(id, key);
    const same = stored?.["role"] === role && stored["parts"] === parts;
    throw new Error(same ? `Message ${id} was appended before` : `Message ${id} has other content`);
  }
}
