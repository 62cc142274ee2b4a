import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { BenchmarkMemory, CarriedPage, CarriedQuery, ContextRecord } from "../harness/carried.ts";
import type { Durability } from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS resources (
    resource_key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    project TEXT NOT NULL,
    path TEXT NOT NULL,
    access_count INTEGER NOT NULL,
    edit_count INTEGER NOT NULL,
    last_accessed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (project, path)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS resources_accessed ON resources (project, access_count);
  CREATE INDEX IF NOT EXISTS resources_recent ON resources (project, last_accessed);
  CREATE TABLE IF NOT EXISTS session_resources (
    session_key INTEGER NOT NULL,
    resource_key INTEGER NOT NULL,
    access_count INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    last_accessed INTEGER NOT NULL,
    PRIMARY KEY (session_key, resource_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS session_resources_accessed ON session_resources (session_key, last_accessed);
  CREATE TABLE IF NOT EXISTS file_accesses (
    access_key INTEGER PRIMARY KEY,
    session_key INTEGER NOT NULL,
    resource_key INTEGER NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    importance REAL,
    accessed_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS file_accesses_by_time ON file_accesses (session_key, accessed_at, access_key);
  CREATE INDEX IF NOT EXISTS file_accesses_by_resource ON file_accesses (resource_key, accessed_at);
  CREATE TABLE IF NOT EXISTS context_entries (
    entry_key INTEGER PRIMARY KEY,
    session_key INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS context_entries_by_time ON context_entries (session_key, kind, created_at, entry_key);
  CREATE TABLE IF NOT EXISTS memories (
    memory_key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    accessed_count INTEGER NOT NULL,
    last_accessed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (project, name)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS memories_accessed ON memories (project, last_accessed, memory_key);
`;

const project = "benchmark";
const week = 7 * 24 * 60 * 60 * 1000;
const memoryColumns =
  "memory_key, id, name, value, version, accessed_count, last_accessed, created_at, updated_at";

interface FileAccess {
  readonly path: string;
  readonly kind: string;
  readonly importance: number | null;
  readonly accessedAt: Date;
}

interface RankedResource {
  readonly id: string;
  readonly path: string;
  readonly accessCount: number;
  readonly editCount: number;
  readonly lastAccessed: number;
  readonly importance: number;
}

interface Memory {
  readonly id: string;
  readonly key: string;
  readonly value: string;
  readonly version: number;
  readonly accessedCount: number;
  readonly lastAccessed: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * What sessions carry beside their messages, by hand: one transaction a request, pages by the place where the last one
 * ended. What is listed counts as read, in a transaction that is not synced.
 */
export class CarriedByHand {
  readonly #database: DatabaseSync;
  /** Counts readings, which may be lost in a power cut. */
  readonly #counting: DatabaseSync;
  readonly #touchSession: StatementSync;
  readonly #countResource: StatementSync;
  readonly #countLink: StatementSync;
  readonly #insertAccess: StatementSync;
  readonly #insertEntry: StatementSync;
  readonly #selectAccesses: StatementSync;
  readonly #saveMemory: StatementSync;
  readonly #selectMemories: StatementSync;
  readonly #findMemories: StatementSync;
  readonly #countReading: StatementSync;
  readonly #selectResources: StatementSync;

  /** `path` is a file with the reference's tables. */
  constructor(path: string, durability: Durability) {
    const open = (synchronous: string) => {
      const database = new DatabaseSync(path, { timeout: 10_000 });
      database.exec(`PRAGMA synchronous = ${synchronous};`);
      return database;
    };
    const database = open(durability === "power-loss" ? "FULL" : "NORMAL");
    database.exec(schema);
    this.#database = database;
    this.#counting = open("NORMAL");
    this.#touchSession = database.prepare(`
      UPDATE sessions SET updated_at = ?, last_activity = ? WHERE id = ? RETURNING session_key`);
    this.#countResource = database.prepare(`
      INSERT INTO resources (id, project, path, access_count, edit_count, last_accessed, created_at)
      VALUES (?, '${project}', ?, 1, ?, ?, ?)
      ON CONFLICT (project, path) DO UPDATE SET access_count = access_count + 1,
        edit_count = edit_count + excluded.edit_count, last_accessed = max(last_accessed, excluded.last_accessed)
      RETURNING resource_key`);
    this.#countLink = database.prepare(`
      INSERT INTO session_resources (session_key, resource_key, access_count, modified, last_accessed)
      VALUES (?, ?, 1, ?, ?)
      ON CONFLICT (session_key, resource_key) DO UPDATE SET access_count = access_count + 1,
        modified = max(modified, excluded.modified), last_accessed = max(last_accessed, excluded.last_accessed)`);
    this.#insertAccess = database.prepare(`
      INSERT INTO file_accesses (session_key, resource_key, path, kind, importance, accessed_at)
      VALUES (?, ?, ?, ?, NULL, ?)`);
    this.#insertEntry = database.prepare(`
      INSERT INTO context_entries (session_key, kind, text, created_at) VALUES (?, ?, ?, ?)`);
    this.#selectAccesses = database.prepare(`
      SELECT access_key, path, kind, importance, accessed_at FROM file_accesses
      WHERE session_key = (SELECT session_key FROM sessions WHERE id = ?) AND (accessed_at, access_key) > (?, ?)
      ORDER BY accessed_at, access_key LIMIT ?`);
    this.#saveMemory = database.prepare(`
      INSERT INTO memories (id, project, name, value, version, accessed_count, last_accessed, created_at, updated_at)
      VALUES (?, '${project}', ?, ?, 1, 0, ?, ?, ?)
      ON CONFLICT (project, name) DO UPDATE SET value = excluded.value, version = version + 1,
        last_accessed = excluded.last_accessed, updated_at = excluded.updated_at`);
    const memoriesWhere = (condition: string) =>
      database.prepare(`
        SELECT ${memoryColumns} FROM memories
        WHERE project = '${project}' AND (last_accessed, memory_key) < (?, ?) ${condition}
        ORDER BY last_accessed DESC, memory_key DESC LIMIT ?`);
    this.#selectMemories = memoriesWhere("");
    this.#findMemories = memoriesWhere("AND name || ' ' || value LIKE ?");
    this.#countReading = this.#counting.prepare(`
      UPDATE memories SET accessed_count = accessed_count + 1, last_accessed = max(last_accessed, ?)
      WHERE memory_key = ?`);
    this.#selectResources = database.prepare(`
      SELECT id, path, access_count, edit_count, last_accessed FROM resources WHERE project = '${project}'`);
  }

  record(session: string, records: readonly ContextRecord[]): void {
    inTransaction(this.#database, () => {
      const now = Date.now();
      const key = this.#touchSession.get(now, now, session)?.["session_key"];
      if (key === undefined) throw new Error(`No session ${session}`);
      for (const record of records) this.#insert(Number(key), record, now);
    });
  }

  listFiles(session: string, { limit, next }: CarriedQuery): CarriedPage {
    const [at = 0, key = 0] = readPlace(next);
    const rows = this.#selectAccesses.all(session, at, key, limit);
    const items = rows.map((row): FileAccess => ({
      path: String(row["path"]),
      kind: String(row["kind"]),
      importance: row["importance"] === null ? null : Number(row["importance"]),
      accessedAt: new Date(Number(row["accessed_at"])),
    }));
    return pageOf(items, limit, rows.at(-1), ["accessed_at", "access_key"]);
  }

  saveMemory({ key, value }: BenchmarkMemory): void {
    const now = Date.now();
    this.#saveMemory.run(makeId(), key, value, now, now, now);
  }

  listMemories({ limit, next, text }: CarriedQuery & { readonly text?: string }): CarriedPage {
    const [at = Number.MAX_SAFE_INTEGER, key = 0] = readPlace(next);
    const rows =
      text === undefined
        ? this.#selectMemories.all(at, key, limit)
        : this.#findMemories.all(at, key, `%${text}%`, limit);
    const items = rows.map((row): Memory => ({
      id: String(row["id"]),
      key: String(row["name"]),
      value: String(row["value"]),
      version: Number(row["version"]),
      accessedCount: Number(row["accessed_count"]),
      lastAccessed: new Date(Number(row["last_accessed"])),
      createdAt: new Date(Number(row["created_at"])),
      updatedAt: new Date(Number(row["updated_at"])),
    }));
    const now = Date.now();
    inTransaction(this.#counting, () => {
      for (const row of rows) this.#countReading.run(now, row["memory_key"] as SQLInputValue);
    });
    return pageOf(items, limit, rows.at(-1), ["last_accessed", "memory_key"]);
  }

  /** By recency, frequency and edits. */
  rankResources(count: number): readonly RankedResource[] {
    const now = Date.now();
    const all = this.#selectResources.all().map((row): RankedResource => {
      const [accessCount, editCount, lastAccessed] = [
        Number(row["access_count"]),
        Number(row["edit_count"]),
        Number(row["last_accessed"]),
      ];
      const importance =
        0.5 * (week / (now - lastAccessed + week)) +
        0.3 * (accessCount / (accessCount + 10)) +
        0.2 * (editCount / (editCount + 3));
      return {
        id: String(row["id"]),
        path: String(row["path"]),
        accessCount,
        editCount,
        lastAccessed,
        importance,
      };
    });
    return all.toSorted((left, right) => right.importance - left.importance).slice(0, count);
  }

  close(): void {
    this.#counting.close();
    this.#database.close();
  }

  #insert(session: number, record: ContextRecord, now: number): void {
    if (record.type !== "file") {
      this.#insertEntry.run(session, record.type, record.text, now);
      return;
    }
    const { path, edited } = record;
    const counted = this.#countResource.get(makeId(), path, Number(edited), now, now);
    const resource = Number(counted?.["resource_key"]);
    this.#countLink.run(session, resource, Number(edited), now);
    this.#insertAccess.run(session, resource, path, edited ? "EDIT" : "VIEW", now);
  }
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function readPlace(next: string | undefined): readonly number[] {
  return next === undefined ? [] : (JSON.parse(next) as number[]);
}

function pageOf(
  items: readonly unknown[],
  limit: number,
  last: Readonly<Record<string, unknown>> | undefined,
  place: readonly string[],
): CarriedPage {
  if (items.length < limit || last === undefined) return { items };
  return { items, next: JSON.stringify(place.map((column) => Number(last[column]))) };
}
