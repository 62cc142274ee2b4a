import type { CheckedSearch, Kind, Row, SearchFilter, SearchHit, SearchResult } from "@throughline/core";
import { compileTextQuery, scoreBm25, textOfMessage } from "@throughline/core";
import { positionsOf } from "./commit-batch.ts";
import { type Entry, storedKey } from "./keys.ts";
import { answerOf } from "./requests.ts";

interface Found extends SearchHit {
  readonly createdAt: number;
}

/** Reads every message of the tenant. */
export async function searchMessages(
  transaction: IDBTransaction,
  { tenant, text, where, order, skip, limit }: CheckedSearch,
): Promise<SearchResult> {
  const { position } = await positionsOf(transaction, tenant);
  const sessions = new Map<unknown, Row>();
  for (const row of await allRows(transaction, "sessions", [tenant])) sessions.set(row.id, row);
  const searched = (await allRows(transaction, "messages", [tenant])).filter((row) =>
    isSearched(row, sessions.get(row.sessionId), where),
  );
  const matcher = compileTextQuery(text);
  const matches = [];
  for (const row of searched) {
    const key = storedKey(tenant, [row.content as string]);
    const pieces = row.contentFormat === "blob" ? await allRows(transaction, "blob_pieces", key) : [];
    const match = matcher.matchText(textOfMessage(row, () => pieces.map(({ bytes }) => bytes as Uint8Array)));
    if (match.matched) matches.push({ row, match });
  }
  const averageLength =
    matches.reduce((sum, { match }) => sum + match.length, 0) / Math.max(1, matches.length);
  const hits = matches
    .map(({ row, match }): Found => {
      const textsWithClause = match.frequency.map(() => matches.length);
      const score = scoreBm25({ ...match, textsWithClause, texts: searched.length, averageLength });
      return {
        session: row.sessionId as string,
        seq: row.seq as number,
        score,
        createdAt: row.createdAt as number,
      };
    })
    .toSorted((one, other) =>
      order === "recent" ? other.createdAt - one.createdAt : other.score - one.score,
    )
    .map(({ session, seq, score }) => ({ session, seq, score }));
  return { position, hits: hits.slice(skip, skip + limit), more: hits.length > skip + limit };
}

async function allRows(
  transaction: IDBTransaction,
  kind: Kind["name"],
  prefix: IDBValidKey[],
): Promise<Row[]> {
  const range = IDBKeyRange.bound(prefix, [...prefix, []]);
  const entries = await answerOf<readonly Entry[]>(transaction.objectStore(kind).getAll(range));
  return entries.map(({ row }) => row);
}

function isSearched(row: Row, session: Row | undefined, where: SearchFilter = {}): boolean {
  if (session === undefined || session.hiddenAt !== 0 || row.removedAt !== 0) return false;
  const at = row.createdAt as number;
  return (
    row.sessionId === (where.session ?? row.sessionId) &&
    row.role === (where.role ?? row.role) &&
    session.userId === (where.user ?? session.userId) &&
    session.projectId === (where.project ?? session.projectId) &&
    session.toolId === (where.tool ?? session.toolId) &&
    at >= (where.since ?? at) &&
    (where.until === undefined || at < where.until)
  );
}
