import { retryFairly } from "./fair-retry.ts";
import { prepareIndexStep, writeIndexBatch } from "./index-messages.ts";
import type { StoreFile } from "./store-file.ts";

/** How long after a commit indexing begins: at most this, so that several processes rarely begin at once. */
const DELAY_MS = 100;
/** Steps that closing a store still takes; what is left is indexed when it is opened again. */
const LAST_STEPS = 20;

/**
 * Keeps the search index near the feed, away from commits: shortly after them, in small transactions of its own. Each
 * process tries; the write lock and the stored progress let one of them do each step.
 */
export class Indexer {
  readonly #file: StoreFile;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosing = false;

  constructor(file: StoreFile) {
    this.#file = file;
  }

  /** Begins soon, if it is not about to. Never keeps the process alive. */
  schedule(): void {
    if (this.#timer !== undefined || this.#running !== undefined || this.#isClosing) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        // A fault is told to whoever commits or searches; the index is caught up with later.
        this.catchUp().catch(() => undefined);
      },
      DELAY_MS * (0.5 + Math.random() / 2),
    ).unref();
  }

  /** Goes on until the index has reached the feed, or for as many steps. */
  async catchUp(steps: number = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    this.#running = this.#run(steps).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
    await this.#run(LAST_STEPS).catch(() => undefined);
  }

  async #run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      const prepared = await retryFairly(() =>
        this.#file.reader.readTogether(() => prepareIndexStep(this.#file.reader)),
      );
      if (prepared === undefined) return;
      for (let index = 0; index < prepared.batches.length; index += 1) {
        const isCurrent = await retryFairly(() => writeIndexBatch(this.#file.writer, prepared, index));
        if (!isCurrent) break;
      }
      // Commits and reads that wait have their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
