import type { CheckedSearch, Kind, Row, SearchFilter, SearchHit } from "@throughline/core";
import { compileTextQuery, scoreBm25, textOfMessage } from "@throughline/core";
import { selectRows } from "./query.ts";
import type { Space } from "./space.ts";

type Kinds = ReadonlyMap<string, Kind>;

/** Reads every message: the set of hits that every store must find. */
export function searchMessages(
  space: Space,
  kinds: Kinds,
  { text, where, order, skip, limit }: CheckedSearch,
): { hits: readonly SearchHit[]; more: boolean } {
  const matcher = compileTextQuery(text);
  const searched = [...space.rows(kinds.get("messages") as Kind).values()].filter((row) =>
    isSearched(space, kinds, row, where),
  );
  const found = searched
    .map((row) => ({
      row,
      match: matcher.matchText(textOfMessage(row, (hash) => piecesOf(space, kinds, hash))),
    }))
    .filter(({ match }) => match.matched);
  const averageLength = found.reduce((sum, { match }) => sum + match.length, 0) / Math.max(1, found.length);
  const hits = found
    .map(({ row, match }): SearchHit & { readonly createdAt: number } => {
      const textsWithClause = match.frequency.map(() => found.length);
      const score = scoreBm25({ ...match, textsWithClause, texts: searched.length, averageLength });
      return {
        session: row.sessionId as string,
        seq: row.seq as number,
        score,
        createdAt: row.createdAt as number,
      };
    })
    .toSorted((left, right) =>
      order === "recent" ? right.createdAt - left.createdAt : right.score - left.score,
    )
    .map(({ session, seq, score }) => ({ session, seq, score }));
  return { hits: hits.slice(skip, skip + limit), more: hits.length > skip + limit };
}

/** Whether a message is there to be found, and fits the filter. */
function isSearched(space: Space, kinds: Kinds, row: Row, where: SearchFilter = {}): boolean {
  const session = space.get(kinds.get("sessions") as Kind, [row.sessionId as string]);
  if (session === undefined || session.hiddenAt !== 0 || row.removedAt !== 0) return false;
  return (
    (where.session === undefined || row.sessionId === where.session) &&
    (where.user === undefined || session.userId === where.user) &&
    (where.project === undefined || session.projectId === where.project) &&
    (where.tool === undefined || session.toolId === where.tool) &&
    (where.role === undefined || row.role === where.role) &&
    (where.since === undefined || (row.createdAt as number) >= where.since) &&
    (where.until === undefined || (row.createdAt as number) < where.until)
  );
}

function piecesOf(space: Space, kinds: Kinds, hash: string): readonly Uint8Array[] {
  const kind = kinds.get("blob_pieces") as Kind;
  return selectRows(space, kind, { shape: "key", prefix: [hash], direction: "forward" }).map(
    (row) => row.bytes as Uint8Array,
  );
}
