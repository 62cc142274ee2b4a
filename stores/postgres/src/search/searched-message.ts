import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeInTurns, searchedBlobs, textOfMessage } from "@throughline/core";
import type { SqlRow } from "@throughline/store-sql";
import type { Connection, PostgresValue } from "../database.ts";
import type { MessageRange } from "./message-ranges.ts";

/** Where a search or the indexer reads. */
export interface SearchReading {
  readonly connection: Connection;
  readonly schema: string;
  readonly tenant: string;
}

/** A message as searching needs it. */
export interface SearchedMessage {
  readonly session: string;
  readonly seq: number;
  readonly role: string;
  readonly createdAt: number;
  readonly text: string;
}

/** The columns that `readMessageRows` reads, of `messages` as `m`. */
export const messageColumns = `m."session_id", m."seq", m."role", m."created_at", m."content", m."content_format"`;

/** Reads the messages of ranges, those that were removed left out. `conditions` may use `m`, and `s` of the session. */
export async function readRanges(
  reading: SearchReading,
  ranges: readonly MessageRange[],
  conditions = "",
  values: readonly PostgresValue[] = [],
): Promise<SearchedMessage[]> {
  if (ranges.length === 0) return [];
  const { connection, schema, tenant } = reading;
  // OFFSET keeps the planner from reading whole tables, as it takes the ranges to be many.
  const rows = await connection.query(
    `SELECT ${messageColumns} FROM json_to_recordset($2) AS r (session text, first bigint, last bigint)
    CROSS JOIN LATERAL (
      SELECT * FROM "${schema}"."session_rows" x
      WHERE x."tenant_id" = $1 AND x."session_id" = r.session OFFSET 0) s
    CROSS JOIN LATERAL (
      SELECT * FROM "${schema}"."messages" x
      WHERE x."tenant_id" = $1 AND x."session_id" = r.session AND x."seq" BETWEEN r.first AND r.last OFFSET 0) m
    WHERE m."removed_at" = 0 ${conditions}`,
    [tenant, JSON.stringify(ranges), ...values],
  );
  return readMessageRows(reading, rows);
}

/** The messages of rows; staged content is fetched. */
export function readMessageRows(reading: SearchReading, rows: readonly SqlRow[]): Promise<SearchedMessage[]> {
  return Promise.all(
    rows.map(async ([session, seq, role, createdAt, content, contentFormat]) => {
      const staged = { content: content as string, contentFormat: contentFormat as string };
      const values = new Map<string, string>();
      for (const hash of searchedBlobs(staged))
        values.set(hash, await decodeInTurns(await readPieces(reading, hash), nextTurn));
      return {
        session: session as string,
        seq: seq as number,
        role: role as string,
        createdAt: createdAt as number,
        text: textOfMessage(staged, (hash) => values.get(hash) ?? ""),
      };
    }),
  );
}

async function readPieces(
  { connection, schema, tenant }: SearchReading,
  hash: string,
): Promise<Uint8Array[]> {
  const rows = await connection.query(
    `SELECT "bytes" FROM "${schema}"."blob_pieces" WHERE "tenant_id" = $1 AND "hash" = $2 ORDER BY "piece"`,
    [tenant, hash],
  );
  return rows.map(([bytes]) => bytes as Uint8Array);
}
