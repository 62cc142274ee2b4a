import type { CheckedBatch, CommitResult } from "@throughline/core";
import { ThroughlineError } from "@throughline/core";
import type { Connection } from "./connection.ts";
import type { CarriedOut, Carrying } from "./carry-out.ts";
import { WritingFailed, carryOut } from "./carry-out.ts";
import { FairWait, LOCK_TIMEOUT_MS } from "./fair-retry.ts";
import { isBusy, sqliteCode, toCommitError, toStoreError } from "./sqlite-error.ts";

const GROUP_MS = 20;
const GROUP_SIZE = 500;
/** A caller that awaits one commit after another would keep timers and requests waiting without this. */
const TURN_MS = 10;

interface Item {
  readonly batch: CheckedBatch;
  readonly queuedAt: number;
  /** It is carried out in a transaction of its own. */
  readonly alone: boolean;
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

type Settled = { readonly item: Item } & ({ readonly done: CarriedOut } | { readonly error: unknown });

export interface CommitQueueOptions extends Carrying {
  /** The connection that writes; asked for each group, since a broken one is replaced. */
  readonly writer: () => Connection;
  /** How long a batch waits for the lock of another process. Default: 30,000 ms. */
  readonly lockTimeoutMs?: number;
  /**
   * How long one transaction goes on taking batches: others wait for the lock, and the event loop for its turn.
   * Default: 20 ms.
   */
  readonly groupMs?: number;
  /** Whether the connection waits for the disk at each commit. Those that a crash may lose don't. Default: false. */
  readonly synced?: boolean;
  /** Called with what stopped a transaction. */
  readonly onFailure: (error: unknown) => void;
  /** Called after each transaction that wrote something. */
  readonly onCommitted: () => void;
}

/**
 * Commits of this process, in order. Batches that wait at the same time share a transaction, so that many pay for one
 * `fsync`. A lone one begins at once; under load the queue waits a turn of the event loop to collect more, and every few
 * milliseconds for others to have theirs.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #items: Item[] = [];
  #running: Promise<void> | undefined;
  #isScheduled = false;
  #lastGroup = 0;
  /** The connection that could not be told to wait for the disk again. */
  #leftUnsynced: Connection | undefined;
  /** When the first commit of this turn of the event loop was asked for. */
  #turnBegan: number | undefined;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  async commit(batch: CheckedBatch, signal: AbortSignal | undefined): Promise<CommitResult> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const index = this.#items.indexOf(item);
        // What is not in the queue any more was begun, and runs to its end.
        if (index < 0) return;
        this.#items.splice(index, 1);
        reject(signal?.reason as Error);
      };
      const settled = <Value>(settle: (value: Value) => void) => {
        if (signal === undefined) return settle;
        return (value: Value): void => {
          signal.removeEventListener("abort", onAbort);
          settle(value);
        };
      };
      const item: Item = {
        batch,
        queuedAt: performance.now(),
        alone: false,
        resolve: settled(resolve),
        reject: settled(reject),
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#items.push(item);
      this.#schedule();
    });
  }

  /** Resolves when everything queued so far was answered. */
  async drain(): Promise<void> {
    while (this.#items.length > 0 || this.#running !== undefined) {
      await (this.#running ?? new Promise((resolve) => setImmediate(resolve)));
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#running !== undefined) return;
    this.#isScheduled = true;
    const start = (): void => {
      this.#isScheduled = false;
      if (!this.#runGroup()) this.#running = this.#wait();
      else if (this.#items.length > 0) this.#schedule();
    };
    if (this.#lastGroup > 1 || this.#isTurnOver()) setImmediate(start);
    else queueMicrotask(start);
  }

  #isTurnOver(): boolean {
    const now = performance.now();
    if (this.#turnBegan === undefined) {
      this.#turnBegan = now;
      setImmediate(() => {
        this.#turnBegan = undefined;
      });
    }
    return now - this.#turnBegan > TURN_MS;
  }

  /** Waits for the lock of another process, and lets batches that take too long go. */
  async #wait(): Promise<void> {
    const wait = new FairWait();
    do {
      await wait.pause();
      this.#rejectOverdue();
    } while (this.#items.length > 0 && !this.#runGroup());
    this.#running = undefined;
    if (this.#items.length > 0) this.#schedule();
  }

  #rejectOverdue(): void {
    const limit = performance.now() - (this.#options.lockTimeoutMs ?? LOCK_TIMEOUT_MS);
    while (this.#items[0] !== undefined && this.#items[0].queuedAt < limit) {
      this.#items.shift()?.reject(locked());
    }
  }

  /** Runs one transaction; false if another process holds the lock. */
  #runGroup(): boolean {
    const [first] = this.#items;
    if (first === undefined) return true;
    const isLosable = this.#isLosable(first);
    let connection: Connection | undefined;
    try {
      connection = this.#options.writer();
      if (connection === this.#leftUnsynced) syncCommits(connection, true);
      if (isLosable) syncCommits(connection, false);
      connection.prepare("BEGIN IMMEDIATE").run();
    } catch (error) {
      if (isLosable) this.#syncAgain(connection);
      if (isBusy(error)) return false;
      this.#fail(this.#items.splice(0), error);
      return true;
    }
    this.#runTransaction(connection, isLosable);
    if (isLosable) this.#syncAgain(connection);
    return true;
  }

  /** A quiet batch that a crash may lose need not wait for the disk. */
  #isLosable({ batch: { quiet } }: Item): boolean {
    return this.#options.synced === true && quiet?.durable === false;
  }

  #syncAgain(connection: Connection | undefined): void {
    this.#leftUnsynced = connection;
    try {
      if (connection !== undefined) syncCommits(connection, true);
      this.#leftUnsynced = undefined;
    } catch {
      // It may be closed by now. If not, it is told before the next transaction.
    }
  }

  #runTransaction(connection: Connection, isLosable: boolean): void {
    const settled = this.#carryOutGroup(connection, isLosable);
    if (settled === undefined) return;
    this.#lastGroup = settled.length;
    const wrote = settled.some((one) => "done" in one && one.done.wrote);
    try {
      connection.prepare("COMMIT").run();
    } catch (error) {
      connection.rollBack();
      this.#fail(
        settled.map(({ item }) => item),
        error,
        toCommitError(error),
      );
      return;
    }
    for (const one of settled) {
      if ("done" in one) {
        this.#options.tenants.remember(one.item.batch.tenant, one.done.tenant);
        one.item.resolve(one.done.result);
      } else {
        one.item.reject(one.error);
      }
    }
    if (wrote) this.#options.onCommitted();
  }

  /** Carries out queued batches; undefined if the transaction had to be undone. */
  #carryOutGroup(connection: Connection, isLosable: boolean): Settled[] | undefined {
    const settled: Settled[] = [];
    const deadline = performance.now() + (this.#options.groupMs ?? GROUP_MS);
    while (settled.length < GROUP_SIZE && (settled.length === 0 || performance.now() < deadline)) {
      const next = this.#items[0];
      if (next === undefined || (next.alone && settled.length > 0)) break;
      if (this.#isLosable(next) !== isLosable) break;
      this.#items.shift();
      try {
        settled.push({ item: next, done: carryOut(connection, this.#options, next.batch) });
      } catch (error) {
        const isRefusal = !(error instanceof WritingFailed) && sqliteCode(error) === undefined;
        if (!isRefusal) {
          connection.rollBack();
          this.#undone(settled, next, error instanceof WritingFailed ? error.cause : error);
          return undefined;
        }
        settled.push({ item: next, error: toStoreError(error) });
      }
      if (next.alone) break;
    }
    return settled;
  }

  /** One batch can't be written: it fails alone. The others of its group begin again, each by itself. */
  #undone(settled: readonly Settled[], failed: Item, cause: unknown): void {
    const others: Item[] = [];
    for (const one of settled) {
      if ("done" in one) others.push({ ...one.item, alone: true });
      else one.item.reject(one.error);
    }
    this.#items.unshift(...others);
    this.#fail([failed], cause);
  }

  #fail(items: readonly Item[], cause: unknown, error = toStoreError(cause)): void {
    this.#options.onFailure(cause);
    for (const item of items) item.reject(error);
  }
}

/** Whether a commit waits until it is on the disk. */
function syncCommits(connection: Connection, waits: boolean): void {
  connection.exec(`PRAGMA synchronous = ${waits ? "FULL" : "NORMAL"}`);
}

function locked(): ThroughlineError {
  const message = "Another process keeps this database locked. Close it, or try again when it is done.";
  return new ThroughlineError("unavailable", message, {
    reason: "locked",
    outcome: "refused",
    retryable: true,
  });
}
