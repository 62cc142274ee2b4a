/** Scores messages that were read, as the index scores those that it holds. */
import type { SearchHit, TextClause } from "@throughline/core";
import { scoreBm25, toFts5Query } from "@throughline/core";
import type { Connection } from "./connection.ts";
import { textColumns } from "./session-scope.ts";

/** A message that was read, and matches. */
export interface Match {
  readonly session: string;
  readonly seq: number;
  readonly createdAt: number;
  /** How often each clause of the query occurs in it. */
  readonly frequency: readonly number[];
  /** Words in it. */
  readonly length: number;
}

/** A hit, with what the other order sorts by. */
export interface RankedHit extends SearchHit {
  readonly createdAt: number;
}

/**
 * Scores matches by the same formula as the index, so that both can be sorted together. `common` is a number of texts
 * beyond which a word is common, and it hardly matters how common; 0: no word is rarer than another.
 */
export function rankMatches(
  connection: Connection,
  clauses: readonly TextClause[],
  matches: readonly Match[],
  common = 10_000,
): RankedHit[] {
  if (matches.length === 0) return [];
  const texts = connection.readNumber(`SELECT max(message_key) FROM message_rows`);
  const averageLength = matches.reduce((sum, { length }) => sum + length, 0) / matches.length;
  const textsWithClause = clauses.map((clause) =>
    Math.min(texts, countTexts(connection, clause, common) + matches.length),
  );
  return matches.map(({ session, seq, createdAt, frequency, length }) => ({
    session,
    seq,
    score: scoreBm25({ frequency, textsWithClause, texts, length, averageLength }),
    createdAt,
  }));
}

function countTexts(connection: Connection, clause: TextClause, most: number): number {
  if (most === 0) return 0;
  const match = toFts5Query({ required: [clause], excluded: [] }, textColumns);
  return connection.readNumber(
    `SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT ${most})`,
    match,
  );
}
