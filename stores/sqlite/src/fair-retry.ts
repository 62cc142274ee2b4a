/** Waiting for a lock that other processes want, too. SQLite's own wait serves one of them and starves the rest. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { isBusy, toStoreError } from "./sqlite-error.ts";

/** Tries without a pause: most transactions of others end within a fraction of a millisecond. */
const QUICK_TRIES = 3;
const SHORTEST_WAIT_MS = 0.05;
const LONGEST_QUICK_WAIT_MS = 0.45;
/** The longest first sleep; it shrinks, so that whoever waits longest asks most often. */
const LONGEST_SLEEP_MS = 10;
const SHRINK = 0.8;

/** How long to wait for a lock at most, unless told otherwise. */
export const LOCK_TIMEOUT_MS = 30_000;

/**
 * Sleeps between tries, each time a random time that tends to get shorter. The event loop is never held up.
 */
export class FairWait {
  #failures = 0;
  #longest = LONGEST_SLEEP_MS;
  readonly #end: number;

  constructor(timeoutMs: number = LOCK_TIMEOUT_MS) {
    this.#end = performance.now() + timeoutMs;
  }

  /** Whether to give up. */
  get isOver(): boolean {
    return performance.now() > this.#end;
  }

  async pause(): Promise<void> {
    this.#failures += 1;
    if (this.#failures <= QUICK_TRIES) return waitBriefly();
    const wait = Math.random() * this.#longest;
    this.#longest *= SHRINK;
    await sleep(wait);
  }
}

/** Waits less than a timer can, turn by turn of the event loop. */
async function waitBriefly(): Promise<void> {
  const end =
    performance.now() + SHORTEST_WAIT_MS + Math.random() * (LONGEST_QUICK_WAIT_MS - SHORTEST_WAIT_MS);
  do await nextTurn();
  while (performance.now() < end);
}

/** Runs what may find the file locked, until it does not. */
export async function retryFairly<Result>(run: () => Result, timeoutMs?: number): Promise<Result> {
  const wait = new FairWait(timeoutMs);
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error) || wait.isOver) throw toStoreError(error);
    }
    await wait.pause();
  }
}
