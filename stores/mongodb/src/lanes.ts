/** What each tenant needs: its log, who applies it, and who waits to write to it. */
import type { CommitResult, Kind } from "@throughline/core";
import { GroupQueue, boundOfBatchBytes } from "@throughline/core";
import type { Pace } from "./applier.ts";
import { Applier } from "./applier.ts";
import type { Waiting } from "./commit-group.ts";
import { commitGroup } from "./commit-group.ts";
import type { Database } from "./database.ts";
import { LOG, MARKS } from "./log-document.ts";
import { stripPassed } from "./strip-slots.ts";
import { TenantLog } from "./tenant-log.ts";
import type { SlotLimits } from "./write-slot.ts";

export interface Lane {
  readonly log: TenantLog;
  readonly applier: Applier;
  readonly queue: GroupQueue<Waiting, CommitResult>;
}

export interface LaneSettings {
  readonly database: Database;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly limits: SlotLimits;
  readonly pace: Pace;
}

/** Bytes and batches that one document of the log holds at most; a single batch may be larger. */
const GROUP_BYTES = 6 * 1024 * 1024;
const GROUP_COUNT = 200;
/** Documents that may wait to be applied before commits wait for them. */
const LONGEST_TAIL = 256;
/** Tenants that are known at once; those that rest are forgotten first. */
const LANES = 1_000;

export class Lanes {
  readonly #settings: LaneSettings;
  readonly #lanes = new Map<string, Lane>();
  #sweeping: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(settings: LaneSettings) {
    this.#settings = settings;
  }

  of(tenant: string): Lane {
    let lane = this.#lanes.get(tenant);
    if (lane !== undefined) return lane;
    lane = this.#make(tenant);
    this.#lanes.set(tenant, lane);
    if (this.#lanes.size > LANES) this.#forgetIdle();
    return lane;
  }

  /** Finishes, in the background, what processes that are gone have left. */
  sweep(): void {
    this.#sweeping = this.#sweep().catch(() => {
      // What could not be done now is done when its tenant is used, or by the next one.
    });
  }

  /** Brings the whole log of every tenant into the collections; answers the tenants. */
  async applyAll(): Promise<readonly string[]> {
    const { database } = this.#settings;
    const marked = await database.distinct(MARKS, "_id", {});
    const open = await database.distinct(LOG, "tenant", { open: true });
    const tenants = [...new Set([...marked, ...open])];
    for (const tenant of tenants) {
      const { log, applier } = this.of(tenant);
      await log.open();
      await log.refresh();
      await applier.catchUp();
    }
    return tenants;
  }

  /** Waits for what was begun. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#sweeping;
    for (const { queue, applier } of this.#lanes.values()) {
      await queue.drain();
      await applier.close();
    }
  }

  async #sweep(): Promise<void> {
    const { database } = this.#settings;
    for (const tenant of await database.distinct(LOG, "tenant", { open: true })) {
      if (this.#isClosing) return;
      await stripPassed(database, tenant);
      const { log } = this.of(tenant);
      await log.open();
      await log.refresh();
    }
  }

  #make(tenant: string): Lane {
    const { database, kinds, limits, pace } = this.#settings;
    const log = new TenantLog(tenant, database, () => applier.scheduleForeign());
    const applier = new Applier(database, log, pace);
    const context = { database, kinds, log, limits };
    const queue = new GroupQueue<Waiting, CommitResult>({
      carryOut: async (group) => {
        await log.open();
        if (log.tailLength > LONGEST_TAIL) await applier.catchUp();
        const again = await commitGroup(context, group);
        if (log.tailLength > 0) applier.schedule();
        return again;
      },
      sizeOf: ({ batch }) => boundOfBatchBytes(batch),
      groupSize: GROUP_BYTES,
      groupCount: GROUP_COUNT,
    });
    return { log, applier, queue };
  }

  #forgetIdle(): void {
    for (const [tenant, { log, applier, queue }] of this.#lanes) {
      if (this.#lanes.size <= LANES / 2) return;
      if (queue.isIdle && log.isIdle && applier.isIdle) this.#lanes.delete(tenant);
    }
  }
}
