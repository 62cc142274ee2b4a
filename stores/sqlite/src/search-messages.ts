/** Searching: hits of the full-text index, and a scan of the few messages that it does not hold yet. */
import type { CheckedSearch, SearchResult } from "@throughline/core";
import type { ChangedMessages } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import { lastPosition } from "./feed.ts";
import { type RankedHit, rankMatches } from "./rank-matches.ts";
import { type ScannedTail, scanTail } from "./scan-tail.ts";
import { searchIndex } from "./search-index.ts";
import { searchSession } from "./search-session.ts";
import { hasMovedUsers, tenantToken, userToken } from "./session-scope.ts";

/**
 * Searches as of one position; inside a read transaction. `tail` is what changed after the index: undefined if more than
 * `mostText` would have to be read of it.
 */
export function searchMessages(
  connection: Connection,
  tenant: number,
  input: CheckedSearch,
  tail: ChangedMessages,
  mostText: number,
): SearchResult | undefined {
  const position = lastPosition(connection);
  const { order, skip, limit } = input;
  const scanned = scanTail(connection, input, tail, mostText);
  if (scanned === undefined) return undefined;
  const hits = findHits(connection, tenant, input, scanned).toSorted((left, right) =>
    order === "recent" ? right.createdAt - left.createdAt : right.score - left.score,
  );
  const page = hits.slice(skip, skip + limit).map(({ session, seq, score }) => ({ session, seq, score }));
  return { position, hits: page, more: hits.length > skip + limit };
}

function findHits(
  connection: Connection,
  tenant: number,
  input: CheckedSearch,
  { matches, messageKeys }: ScannedTail,
): RankedHit[] {
  const { text, where = {} } = input;
  if (where.session !== undefined) {
    return searchSession(connection, tenant, where.session, input, matches, messageKeys);
  }
  const tokens = scopeTokens(connection, tenant, where.user);
  return [
    ...searchIndex(connection, tenant, input, tokens, messageKeys),
    ...rankMatches(connection, text.required, matches),
  ];
}

/** Tokens that every hit has. */
function scopeTokens(connection: Connection, tenant: number, user: string | undefined): string[] {
  const tokens: string[] = [];
  if (user !== undefined && !hasMovedUsers(connection)) tokens.push(userToken(user));
  // Every message of a store with one tenant has that tenant's token: no need to look.
  if (connection.readNumber(`SELECT count(*) FROM (SELECT 1 FROM tenants LIMIT 2)`) > 1)
    tokens.push(tenantToken(tenant));
  return tokens;
}
