/** Chooses the hits of a page: best first, each checked against its message and session as they are now. */
import type { CheckedSearch, SearchFilter } from "../../contract/search.ts";
import { messages } from "../../model/messages.ts";
import { sessions } from "../../model/sessions.ts";
import { BestFirst } from "./best-first.ts";
import { type RankedCandidate, candidateOrder, isSessionWanted } from "./candidate.ts";
import { messageName } from "./indexed-message.ts";
import type { TenantStore } from "./tenant-store.ts";

/** Candidates checked in one read: twice as many each time, as most may be of sessions that are not wanted. */
const FIRST_CHECK = 128;
const LARGEST_CHECK = 4_096;

export interface ChosenHits {
  /** One more than asked for says that there are others. */
  readonly hits: readonly RankedCandidate[];
  /** The latest position of the reads that checked them. */
  readonly position: number;
}

export async function chooseHits(
  store: TenantStore,
  candidates: readonly RankedCandidate[],
  { where = {}, order, skip, limit }: CheckedSearch,
): Promise<ChosenHits> {
  const wanted = skip + limit + 1;
  const best = new BestFirst(candidates, candidateOrder(order));
  const hits = new Map<string, RankedCandidate>();
  const sessionIsWanted = new Map<string, boolean>();
  let position = 0;
  for (
    let size = Math.max(FIRST_CHECK, wanted);
    hits.size < wanted;
    size = Math.min(2 * size, LARGEST_CHECK)
  ) {
    const taken = best.take(size);
    if (taken.length === 0) break;
    const checked = await checkCandidates(store, taken, where, sessionIsWanted);
    position = Math.max(position, checked.position);
    // A message may be in two segments, where several indexers were at work or the index was just built.
    for (const hit of checked.hits) hits.set(messageName(hit.message), hit);
  }
  return { hits: [...hits.values()].slice(0, wanted), position };
}

async function checkCandidates(
  store: TenantStore,
  candidates: readonly RankedCandidate[],
  where: SearchFilter,
  sessionIsWanted: Map<string, boolean>,
): Promise<ChosenHits> {
  const unknown = [...new Set(candidates.map(({ message }) => message.session))].filter(
    (session) => !sessionIsWanted.has(session),
  );
  const isNarrow = where.user !== undefined || where.project !== undefined || where.tool !== undefined;
  let position = 0;
  const readSessions = {
    kind: sessions,
    keys: unknown.map((session) => [session]),
    select: "plain",
  } as const;
  const learn = (rows: Awaited<ReturnType<TenantStore["getRows"]>>["rows"][number] = []): void => {
    unknown.forEach((session, index) => sessionIsWanted.set(session, isSessionWanted(rows[index], where)));
  };
  // Where few sessions are wanted, the messages of the others need not be read.
  if (isNarrow && unknown.length > 0) {
    const answer = await store.getRows(readSessions);
    position = answer.position;
    learn(answer.rows[0]);
  }
  const possible = candidates.filter(({ message }) => sessionIsWanted.get(message.session) !== false);
  const readMessages = {
    kind: messages,
    keys: possible.map(({ message }) => [message.session, message.seq]),
    select: "key",
  } as const;
  const { rows, ...answer } = await store.getRows(readMessages, ...(isNarrow ? [] : [readSessions]));
  if (!isNarrow) learn(rows[1]);
  const hits = possible.filter(
    ({ message }, index) =>
      sessionIsWanted.get(message.session) === true && rows[0]?.[index]?.revision === message.revision,
  );
  return { hits, position: Math.max(position, answer.position) };
}
