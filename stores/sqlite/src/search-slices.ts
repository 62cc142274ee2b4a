/** Hits among large messages: the words of a query may be in different slices of one. */
import type { TextClause, TextQuery } from "@throughline/core";
import { toFts5Query } from "@throughline/core";
import type { Connection } from "./connection.ts";
import { hasSlices, messageOfSlice } from "./search-rows.ts";
import { textColumns } from "./session-scope.ts";

interface SliceSearch {
  readonly text: TextQuery;
  /** Tokens that every slice of a hit has. */
  readonly tokens: readonly string[];
  /** Messages that are left out. */
  readonly scanned: ReadonlySet<number>;
  /** Whether scores are asked for; each costs a count of all that have the word. Else they are 0. */
  readonly isRanked: boolean;
}

/** The scores of messages with slices that match, by their keys. Nothing else of the messages is looked at. */
export function searchSlices(connection: Connection, search: SliceSearch): Map<number, number> {
  const { text, scanned } = search;
  if (!hasSlices(connection)) return new Map();
  let found: Map<number, number> | undefined;
  for (const clause of text.required) {
    const having = findClause(connection, search, clause);
    for (const [key, score] of having) {
      const before = found === undefined ? 0 : found.get(key);
      if (before === undefined || scanned.has(key)) having.delete(key);
      else having.set(key, before + score);
    }
    found = having;
    if (found.size === 0) break;
  }
  const hits = found ?? new Map<number, number>();
  for (const clause of hits.size > 0 ? text.excluded : []) {
    for (const key of findClause(connection, { ...search, isRanked: false }, clause).keys()) hits.delete(key);
  }
  return hits;
}

/** Messages with a clause, scored by their best slice. */
function findClause(
  connection: Connection,
  { tokens, isRanked }: SliceSearch,
  clause: TextClause,
): Map<number, number> {
  const match = toFts5Query({ required: [clause], excluded: [] }, textColumns, { column: "scope", tokens });
  const ranking = isRanked ? "AND f.rank MATCH 'bm25(1.0, 1.0, 0.0)'" : "";
  const rows = connection.readRows(
    `SELECT ${messageOfSlice("f.rowid")}, ${isRanked ? "max(-f.rank)" : "0"} FROM search_index f
    WHERE search_index MATCH ? ${ranking} AND f.rowid < 0 GROUP BY 1`,
    match,
  );
  return new Map(rows.map(([key, score]) => [key as number, score as number]));
}
