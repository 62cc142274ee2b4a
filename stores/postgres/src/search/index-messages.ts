/** Rows of the search index: written for messages as they are now, removed for those that are gone. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { MessageRange } from "./message-ranges.ts";
import { sessionLexeme, tenantLexeme } from "./lexeme.ts";
import type { SearchReading, SearchedMessage } from "./searched-message.ts";
import { readRanges } from "./searched-message.ts";
import { sliceTokens } from "./slice-tokens.ts";
import { UNITS_A_TURN, tokenizeInTurns } from "./tokenize-in-turns.ts";

/** Characters of `tsvector` notation that one statement writes. */
const CHUNK = 1_000_000;

/** Words beyond which others have a turn after each slice is made. */
const TOKENS_A_TURN = 8_000;

interface IndexRow {
  readonly session_id: string;
  readonly seq: number;
  readonly slice: number;
  readonly slices: number;
  readonly role: string;
  readonly created_at: number;
  readonly length: number;
  readonly words: string;
}

/** Brings the rows of ranges of messages up to date. */
export async function indexRanges(reading: SearchReading, ranges: readonly MessageRange[]): Promise<void> {
  if (ranges.length === 0) return;
  const { connection, schema, tenant } = reading;
  const messages = await readRanges(reading, ranges);
  // OFFSET keeps the planner from reading the whole index, as it takes the ranges to be many. Whoever holds the lock of
  // the progress is the only one who moves rows.
  await connection.query(
    `DELETE FROM "${schema}"."search_index" WHERE ctid = ANY (ARRAY(
      SELECT i.place FROM json_to_recordset($2) AS r (session text, first bigint, last bigint)
      CROSS JOIN LATERAL (
        SELECT x.ctid AS place FROM "${schema}"."search_index" x
        WHERE x."tenant_id" = $1 AND x."session_id" = r.session AND x."seq" BETWEEN r.first AND r.last OFFSET 0) i))`,
    [tenant, JSON.stringify(ranges)],
  );
  await insertMessages(reading, messages);
}

/** Adds messages that have no rows. */
export async function insertMessages(
  reading: SearchReading,
  messages: readonly SearchedMessage[],
): Promise<void> {
  let rows: IndexRow[] = [];
  let size = 0;
  let units = 0;
  for (const message of messages) {
    units += message.text.length;
    if (units >= UNITS_A_TURN) {
      units = 0;
      await nextTurn();
    }
    for await (const row of rowsOf(reading.tenant, message)) {
      rows.push(row);
      size += row.words.length;
      if (size < CHUNK) continue;
      await insertRows(reading, rows);
      rows = [];
      size = 0;
    }
  }
  await insertRows(reading, rows);
}

async function* rowsOf(
  tenant: string,
  { session, seq, role, createdAt, text }: SearchedMessage,
): AsyncGenerator<IndexRow, void> {
  const tokens = await tokenizeInTurns(text);
  // A text without a word is found by none, whatever a query excludes.
  if (tokens.words.length === 0) return;
  const vectors: string[] = [];
  for (const vector of sliceTokens(tokens, [tenantLexeme(tenant), sessionLexeme(tenant, session)])) {
    vectors.push(vector);
    if (tokens.words.length > TOKENS_A_TURN) await nextTurn();
  }
  for (const [slice, words] of vectors.entries()) {
    yield {
      session_id: session,
      seq,
      slice,
      slices: vectors.length,
      role,
      created_at: createdAt,
      length: tokens.words.length,
      words,
    };
  }
}

async function insertRows(
  { connection, schema, tenant }: SearchReading,
  rows: readonly IndexRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(
    `INSERT INTO "${schema}"."search_index"
      ("tenant_id", "session_id", "seq", "slice", "slices", "role", "created_at", "length", "words")
    SELECT $1, r.session_id, r.seq, r.slice, r.slices, r.role, r.created_at, r.length, r.words::tsvector
    FROM json_to_recordset($2) AS r (session_id text, seq bigint, slice bigint, slices bigint, role text,
      created_at bigint, length bigint, words text)`,
    [tenant, JSON.stringify(rows)],
  );
}

/** Removes the rows of sessions that were erased. */
export async function forgetSessions(
  { connection, schema, tenant }: SearchReading,
  sessions: readonly string[],
): Promise<void> {
  if (sessions.length === 0) return;
  await connection.query(
    `DELETE FROM "${schema}"."search_index" WHERE "tenant_id" = $1 AND "session_id" = ANY ($2)`,
    [tenant, sessions],
  );
}
