/** The services over each embedded store, fresh for every test, with a clock that the test reads and moves. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "@throughline/store-memory";
import { sqliteStore } from "@throughline/store-sqlite";
import { afterEach, beforeEach } from "vitest";
import type { CommitResult } from "../../contract/batch.ts";
import type { GuardedStore, Store } from "../../contract/store.ts";
import { guardStore } from "../../guard/guard-store.ts";
import { Throughline } from "../throughline.ts";

export const storeNames = ["memory", "sqlite"] as const;
export type StoreName = (typeof storeNames)[number];

/** When the clock of every test begins. */
export const beginning = Date.UTC(2026, 0, 2, 3, 4, 5);

export class Services {
  /** What the clock says; each look at it takes a millisecond. */
  time = beginning;
  #opened: Throughline | undefined;
  #folder: string | undefined;

  get tl(): Throughline {
    if (this.#opened === undefined) throw new Error("The services are opened before each test.");
    return this.#opened;
  }

  get store(): GuardedStore {
    return this.tl.store;
  }

  async open(name: StoreName): Promise<void> {
    this.time = beginning;
    const store = name === "memory" ? memoryStore() : await this.#openSqlite();
    this.#opened = new Throughline(guardStore(store, { clock: () => this.time++ }));
  }

  async #openSqlite(): Promise<Store> {
    this.#folder = await mkdtemp(join(tmpdir(), "throughline-services-"));
    return sqliteStore({ path: join(this.#folder, "sessions.db"), durability: "process-crash" });
  }

  async close(): Promise<void> {
    await this.#opened?.close();
    this.#opened = undefined;
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
    this.#folder = undefined;
  }
}

/** Opens the services before each test of a suite, and closes them after it. */
export function useServices(name: StoreName): Services {
  const services = new Services();
  beforeEach(() => services.open(name));
  afterEach(() => services.close());
  return services;
}

/** The services above a store that something happens to just before its next commit. */
export function beforeNextCommit(services: Services, happen: () => Promise<unknown>): Throughline {
  return aroundNextCommit(services, async (commit) => {
    await happen();
    return commit();
  });
}

/** The services above a store that something happens to just after its next commit. */
export function afterNextCommit(services: Services, happen: () => Promise<unknown>): Throughline {
  return aroundNextCommit(services, async (commit) => {
    const result = await commit();
    await happen();
    return result;
  });
}

type Commit = () => Promise<CommitResult>;

function aroundNextCommit({ tl }: Services, around: (commit: Commit) => Promise<CommitResult>): Throughline {
  let waiting = true;
  const { store } = tl;
  return new Throughline(
    {
      capabilities: store.capabilities,
      kinds: store.kinds,
      now: () => store.now(),
      commit: async (batch, options) => {
        const commit: Commit = async () => store.commit(batch, options);
        if (!waiting) return commit();
        waiting = false;
        return around(commit);
      },
      read: (input, options) => store.read(input, options),
      search: (input, options) => store.search(input, options),
      changes: (input, options) => store.changes(input, options),
      check: () => store.check(),
      prune: (before) => store.prune(before),
      close: () => store.close(),
    },
    { tenant: tl.tenant },
  );
}
