/** Search without an index: every message is read that the filter lets through. */
import type { CheckedSearch, SearchHit, SearchResult } from "@throughline/core";
import { compileTextQuery, scoreBm25, textOfMessage } from "@throughline/core";
import type { PostgresValue } from "./database.ts";
import { readLastPosition } from "./feed.ts";
import type { Reading } from "./reading.ts";

/** Messages read at once. */
const PAGE = 1_000;

interface ScannedMessage {
  readonly session: string;
  readonly seq: number;
  readonly createdAt: number;
  readonly text: string;
}

export async function scanMessages(reading: Reading, input: CheckedSearch): Promise<SearchResult> {
  const { text, order, skip, limit } = input;
  const position = await readLastPosition(reading);
  const matcher = compileTextQuery(text);
  const found: (ScannedMessage & ReturnType<typeof matcher.matchText>)[] = [];
  let texts = 0;
  for await (const page of readPages(reading, input)) {
    texts += page.length;
    for (const message of page) {
      const match = matcher.matchText(message.text);
      if (match.matched) found.push({ ...message, ...match });
    }
  }
  const averageLength = found.reduce((sum, { length }) => sum + length, 0) / Math.max(1, found.length);
  const hits = found
    .map((hit) => {
      const textsWithClause = hit.frequency.map(() => found.length);
      return { ...hit, score: scoreBm25({ ...hit, textsWithClause, texts, averageLength }) };
    })
    .toSorted((left, right) =>
      order === "recent" ? right.createdAt - left.createdAt : right.score - left.score,
    )
    .map(({ session, seq, score }): SearchHit => ({ session, seq, score }));
  return { position, hits: hits.slice(skip, skip + limit), more: hits.length > skip + limit };
}

async function* readPages(reading: Reading, input: CheckedSearch): AsyncGenerator<readonly ScannedMessage[]> {
  const { connection, schema, tenant } = reading;
  const { conditions, values } = conditionsOf(input);
  const sql = `SELECT m."session_id", m."seq", m."created_at", m."content", m."content_format"
    FROM "${schema}"."messages" m
    JOIN "${schema}"."session_rows" s ON s."tenant_id" = m."tenant_id" AND s."session_id" = m."session_id"
    WHERE m."tenant_id" = $1 AND (m."session_id", m."seq") > ($2, $3) AND m."removed_at" = 0 AND s."hidden_at" = 0
      ${conditions.join(" ")}
    ORDER BY m."session_id", m."seq" LIMIT ${PAGE}`;
  let [session, seq] = ["", 0];
  for (;;) {
    const rows = await connection.query(sql, [tenant, session, seq, ...values]);
    const messages = rows.map(async (row): Promise<ScannedMessage> => {
      const [content, contentFormat] = [row[3] as string, row[4] as string];
      const pieces = contentFormat === "blob" ? await readPieces(reading, content) : [];
      return {
        session: row[0] as string,
        seq: row[1] as number,
        createdAt: row[2] as number,
        text: textOfMessage({ content, contentFormat }, () => pieces),
      };
    });
    yield await Promise.all(messages);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    [session, seq] = [last[0] as string, last[1] as number];
  }
}

function conditionsOf({ where = {} }: CheckedSearch): { conditions: string[]; values: PostgresValue[] } {
  const conditions: string[] = [];
  const values: PostgresValue[] = [];
  const add = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`AND ${condition} $${values.length + 3}`);
  };
  add(`m."session_id" =`, where.session);
  add(`s."user_id" =`, where.user);
  add(`s."project_id" =`, where.project);
  add(`s."tool_id" =`, where.tool);
  add(`m."role" =`, where.role);
  add(`m."created_at" >=`, where.since);
  add(`m."created_at" <`, where.until);
  return { conditions, values };
}

async function readPieces({ connection, schema, tenant }: Reading, hash: string): Promise<Uint8Array[]> {
  const rows = await connection.query(
    `SELECT "bytes" FROM "${schema}"."blob_pieces" WHERE "tenant_id" = $1 AND "hash" = $2 ORDER BY "piece"`,
    [tenant, hash],
  );
  return rows.map(([bytes]) => bytes as Uint8Array);
}
