import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database.ts";
import { readLastPosition } from "../feed.ts";
import { toStoreError } from "../postgres-error.ts";
import { tenantsOf } from "../prune.ts";
import { type IndexStepResult, takeIndexStep } from "./index-step.ts";

/** Indexing of a tenant begins when nothing was committed there for so long, */
const IDLE_MS = 100;
/** but so long after the first commit at the latest. */
const LONGEST_DELAY_MS = 5_000;
/** Under load, the pause after each step in steps: commits have most of the time. */
const PAUSE_FACTOR = 3;
/** Steps that closing a store still takes; what is left is indexed after the next commit or search. */
const LAST_STEPS = 20;

interface Due {
  readonly first: number;
  last: number;
}

/**
 * Keeps the search index near the feed, away from commits. Each process tries; the lock on a tenant's progress lets one
 * of them do each step.
 */
export class Indexer {
  readonly #database: Database;
  readonly #schema: string;
  /** Tenants with commits that indexing has not followed. */
  readonly #due = new Map<string, Due>();
  /** Tenants whose index this process made anew. Should it be another's again, versions are mixed: let them have it. */
  readonly #renewed = new Set<string>();
  #following: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#schema = schema;
  }

  /** Notes that an index was found behind, perhaps by another process that ended. */
  noteLag(tenant: string): void {
    if (this.#following !== tenant && !this.#due.has(tenant)) this.note(tenant);
  }

  /** Notes a commit: indexing follows. Its timer never keeps the process alive. */
  note(tenant: string): void {
    const now = performance.now();
    const due = this.#due.get(tenant);
    if (due === undefined) this.#due.set(tenant, { first: now, last: now });
    else due.last = now;
    this.#startTimer();
  }

  #startTimer(): void {
    if (this.#timer !== undefined || this.#running !== undefined || this.#closing.signal.aborted) return;
    // Several processes rarely begin at once.
    this.#timer = setTimeout(() => this.#begin(), IDLE_MS * (1 + Math.random() / 2)).unref();
  }

  #begin(): void {
    this.#timer = undefined;
    this.#running = this.#runDue().finally(() => {
      this.#running = undefined;
      if (this.#due.size > 0) this.#startTimer();
    });
  }

  async #runDue(): Promise<void> {
    const now = performance.now();
    const ready = [...this.#due].filter(
      ([, { first, last }]) => now - last >= IDLE_MS || now - first >= LONGEST_DELAY_MS,
    );
    for (const [tenant] of ready) {
      this.#due.delete(tenant);
      this.#following = tenant;
      try {
        if ((await this.#follow(tenant)) === "busy") this.note(tenant);
      } catch {
        // A fault is told to whoever commits or searches; the index is caught up with later.
      }
    }
    this.#following = undefined;
  }

  /** Follows a tenant's feed until it ends, and makes room for commits. */
  async #follow(tenant: string): Promise<IndexStepResult> {
    for (;;) {
      const began = performance.now();
      const result = this.#closing.signal.aborted ? "busy" : await this.#step(tenant, false);
      if (result !== "more") return result;
      const isBusy = performance.now() - (this.#due.get(tenant)?.last ?? 0) < IDLE_MS;
      await this.#pause(isBusy ? (performance.now() - began) * PAUSE_FACTOR : 0);
    }
  }

  /** Does not keep the process alive; closing ends it, since nothing else would then. */
  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#closing;
    await sleep(milliseconds, undefined, { ref: false, signal }).catch(() => undefined);
  }

  async #step(tenant: string, isPatient: boolean, upTo = Number.POSITIVE_INFINITY): Promise<IndexStepResult> {
    const mayRenew = !this.#renewed.has(tenant);
    const options = { schema: this.#schema, tenant, mayRenew, isPatient, upTo };
    const result = await takeIndexStep(this.#database, options);
    if (result !== "renewed") return result;
    this.#renewed.add(tenant);
    return "more";
  }

  /**
   * Resolves when the index of every tenant holds what was committed before the call.
   *
   * @throws ThroughlineError as commits do.
   */
  async catchUp(): Promise<void> {
    try {
      const ends = await this.#database.use(async (connection) => {
        const tenants = await tenantsOf(connection, this.#schema);
        const reading = { connection, schema: this.#schema };
        return Promise.all(
          tenants.map(async (tenant) => [tenant, await readLastPosition({ ...reading, tenant })] as const),
        );
      });
      for (const [tenant, last] of ends) {
        while ((await this.#step(tenant, true, last)) === "more");
      }
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
    let steps = 0;
    try {
      for (const tenant of this.#due.keys()) {
        while (steps < LAST_STEPS && (await this.#step(tenant, false)) === "more") steps += 1;
      }
    } catch {
      // Left to whoever opens the store next.
    }
    this.#due.clear();
  }
}
