import type { CheckedSearch, Kind, Row, SearchFilter, SearchHit, TextMatch } from "@throughline/core";
import {
  compileTextQuery,
  decodeInTurns,
  makeRest,
  matchInTurns,
  scoreBm25,
  searchedBlobs,
  textOfMessage,
} from "@throughline/core";
import type { Space } from "./space.ts";

type Kinds = ReadonlyMap<string, Kind>;

/** Reads every message: the set of hits that every store must find. All of them as they are when it begins. */
export async function searchMessages(
  space: Space,
  kinds: Kinds,
  { text, where, order, skip, limit }: CheckedSearch,
): Promise<{ hits: readonly SearchHit[]; more: boolean }> {
  const matcher = compileTextQuery(text);
  const searched = [...space.rows(kinds.get("messages") as Kind).values()]
    .filter((row) => isSearched(space, kinds, row, where))
    .map((row) => ({ row, blobs: blobsOf(space, kinds, row) }));
  const rest = makeRest();
  const found: { readonly row: Row; readonly match: TextMatch }[] = [];
  for (const { row, blobs } of searched) {
    const texts = new Map<string, string>();
    for (const [hash, pieces] of blobs) texts.set(hash, await decodeInTurns(pieces, rest));
    const content = textOfMessage(row, (hash) => texts.get(hash) ?? "");
    const match = await matchInTurns(matcher, content, rest);
    if (match.matched) found.push({ row, match });
    await rest();
  }
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

/** The pieces of the large values that hold text of a message, by hash. */
function blobsOf(space: Space, kinds: Kinds, message: Row): ReadonlyMap<string, readonly Uint8Array[]> {
  const kind = kinds.get("blob_pieces") as Kind;
  return new Map(
    searchedBlobs(message).map((hash) => {
      const pieces: Uint8Array[] = [];
      for (
        let row = space.get(kind, [hash, 0]);
        row !== undefined;
        row = space.get(kind, [hash, pieces.length])
      ) {
        pieces.push(row.bytes as Uint8Array);
      }
      return [hash, pieces];
    }),
  );
}
