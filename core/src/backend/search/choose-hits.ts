/** Chooses the hits of a page: best first, each checked against its message and session as they are now. */
import type { CheckedSearch, SearchFilter } from "../../contract/search.ts";
import type { Row } from "../../model/kind.ts";
import { messages } from "../../model/messages.ts";
import { sessions } from "../../model/sessions.ts";
import { BestFirst } from "./best-first.ts";
import { type Candidate, type RankedCandidate, candidateOrder, isSessionWanted } from "./candidate.ts";
import { messageName } from "./indexed-message.ts";
import type { TenantStore } from "./tenant-store.ts";

/** Candidates checked in one read: twice as many each time, as most may be of sessions that are not wanted. */
const FIRST_CHECK = 128;
const LARGEST_CHECK = 4_096;

export class HitChooser {
  readonly #store: TenantStore;
  readonly #input: CheckedSearch;
  readonly #where: SearchFilter;
  /**
   * The messages that were checked: the revision that is a hit, or -1. What was found once stands, whatever happens to the
   * message while the search goes on.
   */
  readonly #verdicts = new Map<string, number>();
  readonly #sessionIsWanted = new Map<string, boolean>();

  constructor(store: TenantStore, input: CheckedSearch) {
    this.#store = store;
    this.#input = input;
    this.#where = input.where ?? {};
  }

  /** Takes candidates that were read as they are now, with their sessions: they need no other check. */
  trust(candidates: readonly Candidate[]): void {
    for (const { message } of candidates) this.#verdicts.set(messageName(message), message.revision);
  }

  /**
   * The best of the candidates that are hits: one more than the page needs says that there are others. `position` is that
   * of the latest read that checked one, 0 without any.
   */
  async choose(
    candidates: readonly RankedCandidate[],
  ): Promise<{ readonly hits: readonly RankedCandidate[]; readonly position: number }> {
    const { order, skip, limit } = this.#input;
    const wanted = skip + limit + 1;
    const best = new BestFirst(candidates, candidateOrder(order));
    const hits = new Map<string, RankedCandidate>();
    let position = 0;
    for (
      let size = Math.max(FIRST_CHECK, wanted);
      hits.size < wanted;
      size = Math.min(2 * size, LARGEST_CHECK)
    ) {
      const taken = best.take(size);
      if (taken.length === 0) break;
      const unknown = taken.filter(({ message }) => !this.#verdicts.has(messageName(message)));
      if (unknown.length > 0) position = Math.max(position, await this.#check(unknown));
      for (const hit of taken) {
        const name = messageName(hit.message);
        // A message may be in two segments, where several indexers were at work or the index was just built.
        if (this.#verdicts.get(name) === hit.message.revision) hits.set(name, hit);
      }
    }
    return { hits: [...hits.values()].slice(0, wanted), position };
  }

  /** Gives candidates their verdicts; answers the position of the last read. */
  async #check(candidates: readonly RankedCandidate[]): Promise<number> {
    const unknown = [...new Set(candidates.map(({ message }) => message.session))].filter(
      (session) => !this.#sessionIsWanted.has(session),
    );
    const { user, project, tool } = this.#where;
    const isNarrow = user !== undefined || project !== undefined || tool !== undefined;
    const readSessions = {
      kind: sessions,
      keys: unknown.map((session) => [session]),
      select: "plain",
    } as const;
    // Where few sessions are wanted, the messages of the others need not be read.
    const first = isNarrow && unknown.length > 0 ? await this.#store.getRows(readSessions) : undefined;
    if (first !== undefined) this.#learnSessions(unknown, first.rows[0]);
    const possible = candidates.filter(({ message }) => this.#sessionIsWanted.get(message.session) !== false);
    const readMessages = {
      kind: messages,
      keys: possible.map(({ message }) => [message.session, message.seq]),
      select: "key",
    } as const;
    const isAsked = unknown.length > 0 && !isNarrow;
    const { rows, position } = await this.#store.getRows(readMessages, ...(isAsked ? [readSessions] : []));
    if (isAsked) this.#learnSessions(unknown, rows[1]);
    for (const { message } of candidates) this.#verdicts.set(messageName(message), -1);
    for (const [index, { message }] of possible.entries()) {
      if (this.#sessionIsWanted.get(message.session) !== true) continue;
      this.#verdicts.set(messageName(message), rows[0]?.[index]?.revision ?? -1);
    }
    return position;
  }

  #learnSessions(names: readonly string[], rows: readonly (Row | undefined)[] = []): void {
    names.forEach((name, index) =>
      this.#sessionIsWanted.set(name, isSessionWanted(rows[index], this.#where)),
    );
  }
}
