/** The hits of the search index, best or newest first. */
import type { CheckedSearch } from "@throughline/core";
import type { SqlRow } from "@throughline/store-sql";
import type { PostgresValue } from "../database.ts";
import type { ChangedMessages } from "./changed-messages.ts";
import { filterConditions } from "./filter-conditions.ts";
import { sessionLexeme, tenantLexeme } from "./lexeme.ts";
import type { RankedHit } from "./scan-messages.ts";
import { Scorer, rankSql, scoreSql } from "./score.ts";
import type { SearchReading } from "./searched-message.ts";
import { type TsQuery, toTsQuery } from "./ts-query.ts";

/** What the index no longer tells, as it changed since. */
export type Outdated = Pick<ChangedMessages, "ranges" | "erased">;

/** As many hits as one more than the page needs, of messages that are not outdated. */
export async function findIndexed(
  reading: SearchReading,
  input: CheckedSearch,
  outdated: Outdated,
): Promise<RankedHit[]> {
  const { tenant, connection } = reading;
  const { text, where = {} } = input;
  // A session's word implies its tenant's.
  const scope = [where.session === undefined ? tenantLexeme(tenant) : sessionLexeme(tenant, where.session)];
  const query = toTsQuery(text, scope);
  const { query: words } = new Scorer(text.required);
  const asking = { reading, input, outdated, query, words };
  // Plans are made for the words at hand: whether one is rare decides everything.
  connection.send(`SET LOCAL plan_cache_mode = force_custom_plan`);
  const found = await Promise.all([findUnsliced(asking), findSliced(asking)]);
  return found.flat().map(([session, seq, createdAt, score]) => ({
    session: session as string,
    seq: seq as number,
    createdAt: createdAt as number,
    score: score as number,
  }));
}

interface Asking {
  readonly reading: SearchReading;
  readonly input: CheckedSearch;
  readonly outdated: Outdated;
  readonly query: TsQuery;
  /** The words by which hits are ranked. */
  readonly words: string;
}

/** Messages with one slice: nearly all are. */
function findUnsliced(asking: Asking): Promise<readonly SqlRow[]> {
  const { reading, input, query, words } = asking;
  const values: PostgresValue[] = [reading.tenant, query.all, words];
  const from = wanted(asking, "=", values);
  const limit = limitOf(input, values);
  const score = scoreSql(rankSql(`f."words"`, "$3::tsquery"), `f."length"`);
  const found = `SELECT i."session_id", i."seq", i."created_at", i."length", i."words" ${from}`;
  const order = `"created_at" DESC, "session_id", "seq"`;
  // A score takes its time, so that hits are scored before they are chosen only where it decides.
  const sql =
    input.order === "recent"
      ? `SELECT "session_id", "seq", "created_at", ${score} FROM (${found} ORDER BY ${order} ${limit}) f`
      : `SELECT "session_id", "seq", "created_at", ${score} AS "score" FROM (${found}) f
        ORDER BY "score" DESC, ${order} ${limit}`;
  return reading.connection.query(sql, values);
}

/** Messages with several slices: the words of a query may be in different ones. */
function findSliced(asking: Asking): Promise<readonly SqlRow[]> {
  const { reading, input, query, words } = asking;
  const clauses = [
    ...query.required.map((clause) => ({ clause, excluded: false })),
    ...query.excluded.map((clause) => ({ clause, excluded: true })),
  ].map((clause, number) => ({ ...clause, number }));
  const values: PostgresValue[] = [
    reading.tenant,
    query.any,
    words,
    JSON.stringify(clauses),
    query.required.length,
  ];
  const from = wanted(asking, ">", values);
  const limit = limitOf(input, values);
  const sql = `WITH clauses AS MATERIALIZED (
      SELECT c.number, c.clause::tsquery AS clause, c.excluded
      FROM json_to_recordset($4) AS c (number integer, clause text, excluded boolean)
    ), slices AS MATERIALIZED (
      SELECT i."session_id", i."seq", i."created_at", i."length", i."words" ${from}
    )
    SELECT f."session_id", f."seq", f."created_at",
      ${scoreSql(`max(${rankSql(`f."words"`, "$3::tsquery")})`, `f."length"`)} AS "score"
    FROM slices f JOIN clauses c ON f."words" @@ c.clause
    GROUP BY f."session_id", f."seq", f."created_at", f."length"
    HAVING count(DISTINCT c.number) FILTER (WHERE NOT c.excluded) = $5 AND NOT bool_or(c.excluded)
    ORDER BY ${input.order === "rank" ? `"score" DESC, ` : ""}f."created_at" DESC, f."session_id", f."seq"
    ${limit}`;
  return reading.connection.query(sql, values);
}

/** One hit more than the page needs says that there are more. */
function limitOf({ skip, limit }: CheckedSearch, values: PostgresValue[]): string {
  values.push(skip + limit + 1);
  return `LIMIT $${values.length}`;
}

/** The rows that match $2 and that nothing else speaks against. */
function wanted(
  { reading: { schema }, input: { where = {} }, outdated: { ranges, erased } }: Asking,
  slices: "=" | ">",
  values: PostgresValue[],
): string {
  const conditions = filterConditions(where, { messages: "i", sessions: "s" }, values);
  values.push(JSON.stringify(ranges), erased);
  return `FROM "${schema}"."search_index" i
    JOIN "${schema}"."session_rows" s ON s."tenant_id" = i."tenant_id" AND s."session_id" = i."session_id"
    WHERE i."tenant_id" = $1 AND i."slices" ${slices} 1 AND i."words" @@ $2::tsquery AND s."hidden_at" = 0${conditions}
      AND NOT EXISTS (
        SELECT 1 FROM json_to_recordset($${values.length - 1}) AS r (session text, first bigint, last bigint)
        WHERE r.session = i."session_id" AND i."seq" BETWEEN r.first AND r.last)
      AND i."session_id" <> ALL ($${values.length})`;
}
