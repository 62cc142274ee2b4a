/** Clean-up on a schedule: by one process of those that share a database, for every tenant that the server knows. */
import {
  type CleanUpReport,
  type GuardedStore,
  SYSTEM_TENANT,
  type Throughline,
  isThroughlineError,
  newId,
} from "@throughline/core";
import type { Failure } from "./reports.ts";
import { printFailure } from "./reports.ts";

export interface ScheduleOptions {
  readonly throughline: Throughline;
  /** Whose sessions are cleaned up, beside those of the tenant of `throughline`. Asked each time. */
  readonly tenants: () => Promise<readonly string[]>;
  /** Milliseconds between the end of a clean-up and the next one. */
  readonly intervalMs: number;
  /** Milliseconds until the first one. Default: five minutes. */
  readonly firstAfterMs?: number;
  /** Told of what was done for a tenant. Default: nobody is. */
  readonly onReport?: (tenant: string, report: CleanUpReport) => void;
  /** Told of what failed: the schedule goes on. Default: a line on standard error. */
  readonly onFailure?: (failure: Failure) => void;
}

export interface Schedule {
  /** Ends a clean-up that runs between two of its steps, and begins no other. The store is the caller's to close. */
  stop(): Promise<void>;
}

const minute = 60 * 1_000;
const defaultFirstAfterMs = 5 * minute;
/** The longest time that a timer can wait. */
const longestMs = 2 ** 31 - 1;

/** Begins to clean up at intervals. Its timer never keeps the process alive. */
export function scheduleCleanUp(options: ScheduleOptions): Schedule {
  const { intervalMs, firstAfterMs = defaultFirstAfterMs, onFailure = printFailure } = options;
  const controller = new AbortController();
  let timer: NodeJS.Timeout;
  let running: Promise<void> = Promise.resolve();
  const runOnce = async (): Promise<void> => {
    try {
      await cleanUpAll(options, controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) onFailure({ method: "GC", path: "", error });
    }
    if (!controller.signal.aborted) wait(intervalMs);
  };
  const wait = (afterMs: number): void => {
    const begin = (): void => {
      running = runOnce();
    };
    timer = setTimeout(begin, Math.min(afterMs, longestMs)).unref();
  };
  wait(firstAfterMs);
  return {
    async stop() {
      clearTimeout(timer);
      controller.abort();
      await running;
    },
  };
}

/** Cleans up for all tenants, if no other process is at it. One tenant's failure does not keep the others. */
async function cleanUpAll(options: ScheduleOptions, signal: AbortSignal): Promise<void> {
  const { throughline, tenants, onReport, onFailure = printFailure } = options;
  const lease = await Lease.take(throughline.store);
  if (lease === undefined) return;
  const ours = AbortSignal.any([signal, lease.lost]);
  try {
    const others = new Set(await tenants());
    others.delete(throughline.tenant);
    // What belongs to all tenants is dropped once, at the end.
    for (const tenant of [...others, throughline.tenant]) {
      try {
        const prune = tenant === throughline.tenant;
        const report = await throughline.withTenant(tenant).gc({ prune, signal: ours });
        onReport?.(tenant, report);
      } catch (error) {
        if (ours.aborted) return;
        onFailure({ method: "GC", path: "", error });
      }
    }
  } finally {
    await lease.release();
  }
}

const leaseKey = ["leases", "gc", "clean-up"] as const;
/** A process that was killed keeps others away for so long. */
const leaseMs = 10 * minute;

/** The right to clean up a database, for a time that its holder goes on extending. */
class Lease {
  readonly #store: GuardedStore;
  readonly #owner: string;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** Undefined: another process has it. */
  static async take(store: GuardedStore): Promise<Lease | undefined> {
    const owner = newId();
    const [scope, collection, key] = leaseKey;
    const now = store.now();
    const record = {
      scope,
      collection,
      key,
      value: JSON.stringify({ owner }),
      metadata: "",
      count: 0,
      updatedAt: now,
      expiresAt: now + leaseMs,
    };
    try {
      // One whose time has run out counts as absent.
      await store.commit({
        tenant: SYSTEM_TENANT,
        writes: [{ type: "insert", kind: "state", record, exists: "fail" }],
      });
    } catch (error) {
      if (isThroughlineError(error) && error.reason === "exists") return undefined;
      throw error;
    }
    return new Lease(store, record.value);
  }

  private constructor(store: GuardedStore, value: string) {
    this.#store = store;
    this.#owner = value;
    this.#timer = setInterval(() => void this.#extend(), leaseMs / 4).unref();
  }

  /** Aborted when somebody else may have it. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async #extend(): Promise<void> {
    const expiresAt = this.#store.now() + leaseMs;
    try {
      await this.#store.commit({
        tenant: SYSTEM_TENANT,
        expect: [this.#isOurs()],
        writes: [{ type: "update", kind: "state", key: leaseKey, set: { expiresAt } }],
      });
    } catch (error) {
      // While the database is out of reach nobody else gets it either.
      if (isThroughlineError(error) && error.code === "conflict") this.#lost.abort();
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    try {
      await this.#store.commit({
        tenant: SYSTEM_TENANT,
        expect: [this.#isOurs()],
        writes: [{ type: "remove", kind: "state", key: leaseKey }],
      });
    } catch {
      // It runs out by itself.
    }
  }

  #isOurs() {
    return { type: "equals", kind: "state", key: leaseKey, fields: { value: this.#owner } } as const;
  }
}
