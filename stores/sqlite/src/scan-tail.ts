import type { CheckedSearch, SearchFilter, TextClause } from "@throughline/core";
import { compileTextQuery, scoreBm25, toFts5Query } from "@throughline/core";
import type { ChangedMessages, SearchedMessage } from "./changed-messages.ts";
import { readMessages } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import type { RankedHit } from "./search-messages.ts";

/** Beyond this many texts a word is common, and it hardly matters how common. */
const COMMON = 10_000;

export interface ScannedTail {
  readonly hits: readonly RankedHit[];
  /** Every message that was looked at. */
  readonly messageKeys: ReadonlySet<number>;
}

interface Match {
  readonly message: SearchedMessage;
  readonly session: string;
  readonly frequency: readonly number[];
  readonly length: number;
}

/** Reads the messages that changed after the index, and finds those that match as the index would. */
export function scanTail(
  connection: Connection,
  { text, where = {} }: CheckedSearch,
  tail: ChangedMessages,
): ScannedTail {
  const matcher = compileTextQuery(text);
  const messageKeys = new Set<number>();
  const sessions = new Map<number, string | undefined>();
  const matches: Match[] = [];
  for (const range of tail.ranges) {
    const { sessionKey } = range;
    if (!sessions.has(sessionKey)) sessions.set(sessionKey, findWantedSession(connection, sessionKey, where));
    const session = sessions.get(sessionKey);
    for (const message of readMessages(connection, range)) {
      if (messageKeys.has(message.messageKey)) continue;
      messageKeys.add(message.messageKey);
      if (session === undefined || !isWanted(message, where)) continue;
      const { matched, frequency, length } = matcher.matchText(message.readText());
      if (matched) matches.push({ message, session, frequency, length });
    }
  }
  return { hits: rankMatches(connection, text.required, matches), messageKeys };
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

/** Scores matches by the same formula as the index, so that both can be sorted together. */
function rankMatches(
  connection: Connection,
  clauses: readonly TextClause[],
  matches: readonly Match[],
): RankedHit[] {
  if (matches.length === 0) return [];
  const texts = connection.readNumber(`SELECT max(message_key) FROM message_rows`);
  const averageLength = matches.reduce((sum, { length }) => sum + length, 0) / matches.length;
  const textsWithClause = clauses.map((clause) =>
    Math.min(texts, countTexts(connection, clause) + matches.length),
  );
  return matches.map(({ message, session, frequency, length }) => ({
    session,
    seq: message.seq,
    score: scoreBm25({ frequency, textsWithClause, texts, length, averageLength }),
    createdAt: message.createdAt,
  }));
}

function countTexts(connection: Connection, clause: TextClause): number {
  const match = toFts5Query({ required: [clause], excluded: [] }, { words: "words", whole: "whole" });
  return connection.readNumber(
    `SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT ${COMMON})`,
    match,
  );
}
