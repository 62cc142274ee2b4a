import type { CheckedSearch, SearchFilter } from "@throughline/core";
import { compileTextQuery } from "@throughline/core";
import type { ChangedMessages, SearchedMessage } from "./changed-messages.ts";
import { measureText, readMessages, readText } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import type { Match } from "./rank-matches.ts";

export interface ScannedTail {
  readonly matches: readonly Match[];
  /** Every message that was looked at. */
  readonly messageKeys: ReadonlySet<number>;
}

/**
 * Reads the messages that changed after the index, and finds those that match as the index would. Undefined if their
 * texts are longer than `mostText` (in UTF-16 units, roughly) together.
 */
export function scanTail(
  connection: Connection,
  { text, where = {} }: CheckedSearch,
  tail: ChangedMessages,
  mostText: number,
): ScannedTail | undefined {
  const matcher = compileTextQuery(text);
  const messageKeys = new Set<number>();
  const sessions = new Map<number, string | undefined>();
  const matches: Match[] = [];
  let measured = 0;
  for (const range of tail.ranges) {
    const { sessionKey } = range;
    if (!sessions.has(sessionKey)) sessions.set(sessionKey, findWantedSession(connection, sessionKey, where));
    const session = sessions.get(sessionKey);
    for (const message of readMessages(connection, range)) {
      if (messageKeys.has(message.messageKey)) continue;
      messageKeys.add(message.messageKey);
      if (session === undefined || !isWanted(message, where)) continue;
      if (Number.isFinite(mostText)) measured += measureText(connection, message);
      if (measured > mostText) return undefined;
      const { matched, frequency, length } = matcher.matchText(readText(connection, message));
      if (matched) {
        const { seq, createdAt } = message;
        matches.push({ session, seq, createdAt, frequency, length });
      }
    }
  }
  return { matches, messageKeys };
}

/** The id of a session whose messages are searched. */
function findWantedSession(
  connection: Connection,
  sessionKey: number,
  where: SearchFilter,
): string | undefined {
  const row = connection.readRow(
    `SELECT session_id, user_id, project_id, tool_id, hidden_at FROM session_rows WHERE session_key = ?`,
    sessionKey,
  );
  if (row === undefined) return undefined;
  const [session, user, project, tool, hiddenAt] = row;
  const isWantedSession =
    hiddenAt === 0 &&
    (where.session === undefined || where.session === session) &&
    (where.user === undefined || where.user === user) &&
    (where.project === undefined || where.project === project) &&
    (where.tool === undefined || where.tool === tool);
  return isWantedSession ? (session as string) : undefined;
}

function isWanted(
  { isRemoved, role, createdAt }: SearchedMessage,
  { role: wanted, since, until }: SearchFilter,
): boolean {
  return (
    !isRemoved &&
    (wanted === undefined || wanted === role) &&
    (since === undefined || createdAt >= since) &&
    (until === undefined || createdAt < until)
  );
}
