/** A store under comparison: carries out commands, and says what it saw in words that do not depend on the store. */
import type { Batch, FeedEntry, GuardedStore, Kind, KeyValues, Query, Row, Store } from "@throughline/core";
import { guardStore, isThroughlineError, parseFeedCursor, parseTextQuery } from "@throughline/core";
import type { TestClock } from "../test-clock.ts";
import type { Command } from "./command.ts";
import { firstWrites } from "./first-writes.ts";

interface Followed {
  /** Positions of every entry that was ever read, rising. */
  readonly positions: number[];
  /** Cursors that were answered, oldest first. */
  readonly cursors: string[];
  since: string | undefined;
}

export class Subject {
  readonly #clock: TestClock;
  readonly #store: GuardedStore;
  readonly #tenants = new Map<string, Followed>();

  constructor(store: Store, clock: TestClock) {
    this.#clock = clock;
    this.#store = guardStore(store, { clock: () => this.#clock.now });
  }

  /** What a command answers, or how it fails. */
  async run(command: Command): Promise<unknown> {
    switch (command.type) {
      case "advance":
        this.#clock.advance(command.milliseconds);
        return undefined;
      case "prune":
        return outcome(
          this.#store.prune({
            changes: this.#clock.now - command.changesAge,
            operations: this.#clock.now - command.operationsAge,
          }),
        );
      case "begin":
        return this.#commit(command.tenant, { writes: firstWrites });
      case "commit":
        return this.#commit(command.tenant, command.batch);
      case "read":
        return outcome(this.#read(command));
      case "search":
        return outcome(this.#search(command));
      case "changes":
        return outcome(this.#changes(command));
    }
  }

  /** Everything that a tenant holds, deleted sessions included. */
  async holdings(tenant: string, kinds: readonly Kind[]): Promise<unknown> {
    const records: Record<string, readonly Row[]> = {};
    for (const { name } of kinds) {
      const query: Query = {
        type: "query",
        kind: name,
        shape: "key",
        prefix: [],
        direction: "forward",
        limit: 100,
        select: "all",
        hidden: true,
      };
      records[name] = await this.#walk(tenant, query);
    }
    return { records, problems: await this.#store.check() };
  }

  async #commit(tenant: string, batch: Omit<Batch, "tenant">): Promise<unknown> {
    const result = await outcome(this.#store.commit({ tenant, ...batch }));
    const entries = await this.#follow(tenant);
    if (!("answer" in result)) return { result, entries };
    const { position, ...answer } = result.answer;
    return { result: { ...answer, rank: this.#rank(tenant, position) }, entries };
  }

  async #read({ tenant, requests }: Extract<Command, { type: "read" }>): Promise<unknown> {
    const { position, answers } = await this.#store.read({ tenant, requests });
    const walked: unknown[] = [];
    // A page may end wherever its store likes: all pages together have to be the same.
    for (const [index, request] of requests.entries()) {
      walked.push(request.type === "query" ? await this.#walk(tenant, request) : answers[index]);
    }
    return { rank: this.#rank(tenant, position), walked };
  }

  async #walk(tenant: string, query: Query): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let after: KeyValues | undefined;
    do {
      const request: Query = after === undefined ? query : { ...query, after };
      const { answers } = await this.#store.read({ tenant, requests: [request] });
      const [page] = answers;
      rows.push(...page.rows);
      after = page.next;
    } while (after !== undefined);
    return rows;
  }

  async #search({ tenant, query, where }: Extract<Command, { type: "search" }>): Promise<unknown> {
    const text = parseTextQuery(query);
    const result = await this.#store.search({ tenant, text, where, order: "rank", limit: 1_000, skip: 0 });
    const hits = result.hits.map(({ session, seq }) => `${session}/${seq}`).toSorted();
    return { hits, more: result.more, rank: this.#rank(tenant, result.position) };
  }

  async #changes({ tenant, cursor, where, limit }: Extract<Command, { type: "changes" }>): Promise<unknown> {
    const { cursors } = this.#followed(tenant);
    const since = cursor === undefined ? undefined : cursors.at(-1 - cursor);
    const result = await this.#store.changes({ tenant, where, limit, ...(since !== undefined && { since }) });
    cursors.push(result.cursor);
    return {
      entries: result.entries.map((entry) => this.#plain(tenant, entry)),
      cursor: this.#rank(tenant, parseFeedCursor(result.cursor).position),
      more: result.more,
      startOver: result.startOver,
    };
  }

  /** Reads what the feed has new, to know every position. */
  async #follow(tenant: string): Promise<unknown> {
    const followed = this.#followed(tenant);
    const { since } = followed;
    const result = await this.#store.changes({ tenant, limit: 1_000, ...(since !== undefined && { since }) });
    followed.positions.push(...result.entries.map(({ position }) => position));
    followed.cursors.push(result.cursor);
    followed.since = result.cursor;
    return {
      entries: result.entries.map((entry) => this.#plain(tenant, entry)),
      startOver: result.startOver,
    };
  }

  #plain(tenant: string, { position, ...entry }: FeedEntry): unknown {
    return { ...entry, rank: this.#rank(tenant, position) };
  }

  /** A position as the number of the tenant's entries up to it: stores count differently. */
  #rank(tenant: string, position: number): number {
    return this.#followed(tenant).positions.filter((known) => known <= position).length;
  }

  #followed(tenant: string): Followed {
    let followed = this.#tenants.get(tenant);
    if (followed === undefined) {
      followed = { positions: [], cursors: [], since: undefined };
      this.#tenants.set(tenant, followed);
    }
    return followed;
  }
}

type Outcome<Answer> =
  | { readonly answer: Answer }
  | { readonly code: string; readonly reason: string; readonly outcome: string };

async function outcome<Answer>(call: Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await call };
  } catch (error) {
    if (!isThroughlineError(error)) throw error;
    return { code: error.code, reason: error.reason ?? "", outcome: error.outcome ?? "" };
  }
}
