import type { CheckedSearch, SearchFilter } from "../../contract/search.ts";
import type { Row } from "../../model/kind.ts";
import { scoreBm25 } from "../../text/bm25.ts";
import { type IndexedMessage, compareMessages } from "./indexed-message.ts";

/** A message that matched. */
export interface Candidate {
  readonly message: IndexedMessage;
  /** How often each required clause occurs in it. */
  readonly frequency: readonly number[];
}

/** What was found in one place, and what ranking has to know of that place. */
export interface Found {
  readonly candidates: readonly Candidate[];
  /** Messages that were searched. */
  readonly texts: number;
  /** In about how many of them each required clause occurs. */
  readonly textsWithClause: readonly number[];
}

export interface RankedCandidate {
  readonly message: IndexedMessage;
  readonly score: number;
}

/** Gives candidates their scores: of one formula, wherever they were found. */
export function scoreCandidates(found: readonly Found[], averageLength: number): RankedCandidate[] {
  const texts = found.reduce((sum, part) => sum + part.texts, 0);
  const clauses = found[0]?.textsWithClause.length ?? 0;
  const textsWithClause = Array.from({ length: clauses }, (_, clause) =>
    Math.min(
      texts,
      found.reduce((sum, part) => sum + (part.textsWithClause[clause] ?? 0), 0),
    ),
  );
  return found.flatMap(({ candidates }) =>
    candidates.map(({ message, frequency }) => ({
      message,
      score: scoreBm25({ frequency, textsWithClause, texts, length: message.length, averageLength }),
    })),
  );
}

/** The order of an answer. It is total, so that pages of it fit together. */
export function candidateOrder(
  order: CheckedSearch["order"],
): (left: RankedCandidate, right: RankedCandidate) => number {
  return (left, right) =>
    (order === "rank" ? right.score - left.score : 0) ||
    right.message.createdAt - left.message.createdAt ||
    compareMessages(left.message, right.message);
}

/** Whether a message fits the part of a filter that is about messages. */
export function isMessageWanted(
  { session, role, createdAt }: Pick<IndexedMessage, "session" | "role" | "createdAt">,
  where: SearchFilter,
): boolean {
  return (
    (where.session === undefined || where.session === session) &&
    (where.role === undefined || where.role === role) &&
    (where.since === undefined || createdAt >= where.since) &&
    (where.until === undefined || createdAt < where.until)
  );
}

/** Whether a session is there, is not hidden, and fits the part of a filter that is about sessions. */
export function isSessionWanted(row: Row | undefined, where: SearchFilter): boolean {
  return (
    row !== undefined &&
    row.hiddenAt === 0 &&
    (where.user === undefined || row.userId === where.user) &&
    (where.project === undefined || row.projectId === where.project) &&
    (where.tool === undefined || row.toolId === where.tool)
  );
}
