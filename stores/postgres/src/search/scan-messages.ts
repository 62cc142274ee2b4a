/** Search without an index: messages are read that the filter lets through. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { CheckedSearch, SearchHit } from "@throughline/core";
import { compileTextQuery, tokenizeInSteps } from "@throughline/core";
import type { PostgresValue } from "../database.ts";
import { filterConditions } from "./filter-conditions.ts";
import { type MessageRange, splitRanges } from "./message-ranges.ts";
import { Scorer } from "./score.ts";
import type { SearchReading, SearchedMessage } from "./searched-message.ts";
import { messageColumns, readMessageRows, readRanges } from "./searched-message.ts";
import { UNITS_A_TURN } from "./tokenize-in-turns.ts";

/** A hit, with what the other order sorts by. */
export interface RankedHit extends SearchHit {
  readonly createdAt: number;
}

/** Messages read at once. */
const PAGE = 500;

const tables = { messages: "m", sessions: "s" };

/** The hits among the messages of ranges. */
export function scanRanges(
  reading: SearchReading,
  input: CheckedSearch,
  ranges: readonly MessageRange[],
): Promise<RankedHit[]> {
  return findHits(input, readPagesOf(reading, input, ranges));
}

/** The hits among all messages. */
export function scanTenant(reading: SearchReading, input: CheckedSearch): Promise<RankedHit[]> {
  return findHits(input, readPages(reading, input));
}

async function findHits(
  { text }: CheckedSearch,
  pages: AsyncIterable<readonly SearchedMessage[]>,
): Promise<RankedHit[]> {
  const matcher = compileTextQuery(text);
  const scorer = new Scorer(text.required);
  const hits: RankedHit[] = [];
  let units = 0;
  for await (const page of pages) {
    for (const { session, seq, createdAt, text: searched } of page) {
      units += searched.length;
      if (units >= UNITS_A_TURN) {
        units = 0;
        await nextTurn();
      }
      if (!matcher.mayMatch(searched)) continue;
      const match = matcher.begin();
      const score = scorer.begin();
      for (const step of tokenizeInSteps(searched)) {
        match.add(step);
        score.add(step);
        if (searched.length > UNITS_A_TURN) await nextTurn();
      }
      if (match.end().matched) hits.push({ session, seq, createdAt, score: score.end() });
    }
  }
  return hits;
}

async function* readPagesOf(
  reading: SearchReading,
  { where = {} }: CheckedSearch,
  ranges: readonly MessageRange[],
): AsyncGenerator<readonly SearchedMessage[]> {
  const values: PostgresValue[] = [reading.tenant, ""];
  const conditions = `AND s."hidden_at" = 0${filterConditions(where, tables, values)}`;
  for (const part of splitRanges(ranges, PAGE)) yield readRanges(reading, part, conditions, values.slice(2));
}

async function* readPages(
  reading: SearchReading,
  { where = {} }: CheckedSearch,
): AsyncGenerator<readonly SearchedMessage[]> {
  const { connection, schema, tenant } = reading;
  const values: PostgresValue[] = [tenant, "", 0];
  const sql = `SELECT ${messageColumns} FROM "${schema}"."messages" m
    JOIN "${schema}"."session_rows" s ON s."tenant_id" = m."tenant_id" AND s."session_id" = m."session_id"
    WHERE m."tenant_id" = $1 AND (m."session_id", m."seq") > ($2, $3) AND m."removed_at" = 0 AND s."hidden_at" = 0
      ${filterConditions(where, tables, values)}
    ORDER BY m."session_id", m."seq" LIMIT ${PAGE}`;
  for (;;) {
    const rows = await connection.query(sql, values);
    yield await readMessageRows(reading, rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    values.splice(1, 2, last[0] as string, last[1] as number);
  }
}
