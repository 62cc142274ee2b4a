import type { Pool, QueryResultRow } from "pg";
import type { BenchmarkMessage } from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";
import {
  messageOfRow,
  prepareMessage,
  type PreparedMessage,
  type ReferenceMessage,
} from "./reference-message.ts";

// Several processes may come at once, and CREATE IF NOT EXISTS fails in those that lose: hence the lock.
const schema = `
  BEGIN;
  SELECT pg_advisory_xact_lock(20261121);
  CREATE SCHEMA IF NOT EXISTS reference;
  CREATE TABLE IF NOT EXISTS reference.sessions (
    session_key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    user_id text COLLATE "C" NOT NULL,
    title text NOT NULL,
    message_count integer NOT NULL DEFAULT 0,
    token_count integer NOT NULL DEFAULT 0,
    last_seq integer NOT NULL DEFAULT 0,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_activity bigint NOT NULL
  );
  CREATE INDEX IF NOT EXISTS sessions_by_activity ON reference.sessions (user_id, last_activity);
  CREATE TABLE IF NOT EXISTS reference.messages (
    session_key integer NOT NULL,
    seq integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    role text NOT NULL,
    parts text NOT NULL,
    token_count integer NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (session_key, seq),
    UNIQUE (session_key, id)
  );
  COMMIT`;

const touch = `
  UPDATE reference.sessions SET message_count = message_count + $1, token_count = token_count + $2,
    last_seq = last_seq + $1, updated_at = $3, last_activity = $3
  WHERE id = $4 RETURNING session_key, last_seq`;

/** Statements by name: the server parses each once a connection. */
const statements = {
  insertSession: `
    INSERT INTO reference.sessions (id, user_id, title, created_at, updated_at, last_activity)
    VALUES ($1, 'local', $2, $3, $3, $3)`,
  appendOne: `
    WITH touched AS (${touch})
    INSERT INTO reference.messages (session_key, seq, id, role, parts, token_count, created_at)
    SELECT session_key, last_seq, $5, $6, $7, $2, $3 FROM touched
    RETURNING seq`,
  appendMany: `
    WITH touched AS (${touch}),
    given AS (
      SELECT * FROM unnest($5::text[], $6::text[], $7::text[], $8::integer[])
        WITH ORDINALITY AS given (id, role, parts, tokens, place)
    )
    INSERT INTO reference.messages (session_key, seq, id, role, parts, token_count, created_at)
    SELECT session_key, last_seq - $1 + place, given.id, role, parts, tokens, $3 FROM touched, given
    RETURNING seq`,
  findMessage: `
    SELECT role, parts FROM reference.messages
    WHERE session_key = (SELECT session_key FROM reference.sessions WHERE id = $1) AND id = $2`,
  selectLast: `
    SELECT id, seq, role, parts, token_count, created_at FROM reference.messages
    WHERE session_key = (SELECT session_key FROM reference.sessions WHERE id = $1) ORDER BY seq DESC LIMIT $2`,
  countMessages: "SELECT message_count FROM reference.sessions WHERE id = $1",
};

const uniqueViolation = "23505";
const largestBatch = 1000;

/**
 * One careful statement by hand for an append: position and counters come from the session's row, which it locks, and
 * a message that is there already fails it as a whole. Many messages go by `unnest` in batches. Rows are read as
 * objects and their parts parsed: the plain way.
 */
export class PostgresReferenceStore {
  readonly #pool: Pool;

  private constructor(pool: Pool) {
    this.#pool = pool;
  }

  static async open(url: string, connections: number): Promise<PostgresReferenceStore> {
    const { Pool: PoolClass } = (await import("pg")).default;
    const pool = new PoolClass({
      connectionString: url,
      max: connections,
      options: "-c client_min_messages=warning",
    });
    await pool.query(schema);
    return new PostgresReferenceStore(pool);
  }

  async createSession(title: string): Promise<string> {
    const id = makeId();
    await this.#run("insertSession", [id, title, Date.now()]);
    return id;
  }

  async append(session: string, messages: readonly BenchmarkMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += largestBatch) {
      await this.#appendBatch(session, messages.slice(start, start + largestBatch).map(prepareMessage));
    }
  }

  async readLast(session: string, count: number): Promise<ReferenceMessage[]> {
    return (await this.#run("selectLast", [session, count])).map(messageOfRow).toReversed();
  }

  async countMessages(session: string): Promise<number> {
    const [row] = await this.#run("countMessages", [session]);
    return Number(row?.["message_count"]);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #appendBatch(session: string, messages: readonly PreparedMessage[]): Promise<void> {
    const [first] = messages;
    if (first === undefined) return;
    const now = Date.now();
    try {
      const written =
        messages.length === 1
          ? await this.#run("appendOne", [
              1,
              first.tokenCount,
              now,
              session,
              first.id,
              first.role,
              first.parts,
            ])
          : await this.#run("appendMany", [
              messages.length,
              messages.reduce((sum, { tokenCount }) => sum + tokenCount, 0),
              now,
              session,
              messages.map(({ id }) => id),
              messages.map(({ role }) => role),
              messages.map(({ parts }) => parts),
              messages.map(({ tokenCount }) => tokenCount),
            ]);
      if (written.length === 0) throw new Error(`No session ${session}`);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== uniqueViolation) throw error;
      await this.#checkRepeat(session, messages);
    }
  }

  /** The statement that failed has written nothing, which is right if all of it was there. */
  async #checkRepeat(session: string, messages: readonly PreparedMessage[]): Promise<void> {
    for (const { id, role, parts } of messages) {
      const [stored] = await this.#run("findMessage", [session, id]);
      if (stored?.["role"] !== role || stored["parts"] !== parts) {
        throw new Error(`Message ${id} has other content, or only some of its append were there`);
      }
    }
  }

  async #run(name: keyof typeof statements, values: unknown[]): Promise<QueryResultRow[]> {
    return (await this.#pool.query<QueryResultRow>({ name, text: statements[name], values })).rows;
  }
}
