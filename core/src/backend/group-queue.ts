/** Collects what is asked for at the same time, so that many pay for one round trip and one wait for the disk. */

/** One thing that waits its turn, or is being carried out. */
export interface Queued<Item, Result> {
  readonly item: Item;
  /** How often it was begun before, and could not be carried out because others were quicker. */
  readonly attempts: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export interface GroupQueueOptions<Item, Result> {
  /**
   * Carries out a group: settles each, and answers those that have to be tried again with the next group. If it throws,
   * those that are not settled yet are rejected with the error.
   */
  carryOut(group: readonly Queued<Item, Result>[]): Promise<readonly Queued<Item, Result>[]>;
  /** How much of a group an item takes. */
  sizeOf(item: Item): number;
  /** A group holds as many items as have this size in sum, and at least one. */
  readonly groupSize: number;
  /** A group holds at most so many items. */
  readonly groupCount: number;
}

/**
 * Carries out one group after another: what comes while one runs makes up the next. A lone item begins at the end of the
 * current turn of the event loop's microtasks, so nothing waits for company.
 */
export class GroupQueue<Item, Result> {
  readonly #options: GroupQueueOptions<Item, Result>;
  #waiting: Queued<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: GroupQueueOptions<Item, Result>) {
    this.#options = options;
  }

  /** Whether nothing waits and nothing runs. */
  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Queues an item. An aborted signal takes it out again, unless it was begun. */
  add(item: Item, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const queued: Queued<Item, Result> = { item, attempts: 0, resolve, reject };
    this.#waiting.push(queued);
    this.#running ??= this.#run();
    if (signal === undefined) return promise;
    const onAbort = (): void => this.#takeOut(queued, signal);
    signal.addEventListener("abort", onAbort);
    return promise.finally(() => signal.removeEventListener("abort", onAbort));
  }

  /** Resolves when everything that was queued is settled. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #takeOut(queued: Queued<Item, Result>, signal: AbortSignal): void {
    const index = this.#waiting.indexOf(queued);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    queued.reject(signal.reason);
  }

  async #run(): Promise<void> {
    // What is asked for in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      try {
        const again = await this.#options.carryOut(group);
        this.#waiting.unshift(...again.map((queued) => ({ ...queued, attempts: queued.attempts + 1 })));
      } catch (error) {
        // Settling twice does nothing.
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }

  #nextGroup(): Queued<Item, Result>[] {
    let size = 0;
    let count = 0;
    while (count < this.#waiting.length && count < this.#options.groupCount) {
      size += this.#options.sizeOf((this.#waiting[count] as Queued<Item, Result>).item);
      if (count > 0 && size > this.#options.groupSize) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
