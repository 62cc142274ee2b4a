import type { CheckedBatch, CommitResult, Kind } from "@throughline/core";
import { GroupQueue, isThroughlineError } from "@throughline/core";
import type { Database } from "../database.ts";
import type { Tables } from "../tables.ts";
import { carryOutGroup } from "./carry-out-group.ts";
import type { CommitItem } from "./commit-item.ts";
import { makeCommitItem } from "./commit-item.ts";
import { Uncertain } from "./uncertain.ts";

/** What one call of the function takes at most: records in bytes, and batches. */
const GROUP_BYTES = 8 * 1024 * 1024;
const GROUP_COUNT = 200;

export interface CommitQueuesOptions {
  readonly database: Database;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly tables: Tables;
  /** How long a batch is tried again while others are quicker. */
  readonly limitMs: number;
  /** Called with the tenant after each commit of a batch that is not quiet. */
  readonly onCommitted: (tenant: string) => void;
}

/**
 * The commits of this process: a queue for each tenant that has some. While one group is under way the next one gathers,
 * so that many batches pay for one round trip and one wait for the disk.
 */
export class CommitQueues {
  readonly #options: CommitQueuesOptions;
  readonly #queues = new Map<string, GroupQueue<CommitItem, CommitResult>>();
  readonly #uncertain = new Uncertain();

  constructor(options: CommitQueuesOptions) {
    this.#options = options;
  }

  async commit(batch: CheckedBatch, signal: AbortSignal | undefined): Promise<CommitResult> {
    const { limitMs, onCommitted } = this.#options;
    const { tenant } = batch;
    try {
      const result = await this.#add(tenant, makeCommitItem(batch, limitMs), signal);
      this.#uncertain.remove(batch);
      if (batch.quiet === undefined) onCommitted(tenant);
      return result;
    } catch (error) {
      if (isThroughlineError(error) && error.code !== "unavailable") this.#uncertain.remove(batch);
      throw error;
    }
  }

  #add(tenant: string, item: CommitItem, signal: AbortSignal | undefined): Promise<CommitResult> {
    const known = this.#queues.get(tenant);
    if (known !== undefined) return known.add(item, signal);
    const { database, kinds, tables } = this.#options;
    const committing = { database, kinds, tables, tenant, uncertain: this.#uncertain };
    const queue = new GroupQueue<CommitItem, CommitResult>({
      carryOut: (group) => carryOutGroup(committing, group),
      sizeOf: ({ size }) => size,
      groupSize: GROUP_BYTES,
      groupCount: GROUP_COUNT,
    });
    this.#queues.set(tenant, queue);
    const result = queue.add(item, signal);
    void this.#dropWhenIdle(tenant, queue);
    return result;
  }

  async #dropWhenIdle(tenant: string, queue: GroupQueue<CommitItem, CommitResult>): Promise<void> {
    while (!queue.isIdle) await queue.drain();
    this.#queues.delete(tenant);
  }

  /** Resolves when everything that was begun is settled. */
  async drain(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.drain()));
  }
}
