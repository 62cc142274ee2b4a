import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { SearchedMessage } from "./changed-messages.ts";
import { retryFairly } from "./fair-retry.ts";
import { lastPosition } from "./feed.ts";
import { type IndexBatchSize, longBatches, makeBatches, shortBatches } from "./index-batches.ts";
import { readIndexStep, writeIndexBatch } from "./index-messages.ts";
import { readStagedText } from "./read-staged-text.ts";
import type { StoreFile } from "./store-file.ts";

/** Indexing begins when nothing was committed for so long, */
const IDLE_MS = 100;
/** but so long after the first commit at the latest. */
const LONGEST_DELAY_MS = 5_000;
/** Under load, the pause after each step in steps: commits have most of the time. */
const PAUSE_FACTOR = 3;
/** Steps that closing a store still takes; what is left is indexed when it is opened again. */
const LAST_STEPS = 20;

interface Run {
  readonly upTo?: number;
  readonly steps?: number;
  readonly isGentle?: boolean;
}

/**
 * Keeps the search index near the feed, away from commits: when they pause, in small transactions of its own. Each
 * process tries; the write lock and the stored progress let one of them do each step.
 */
export class Indexer {
  readonly #file: StoreFile;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosing = false;
  /** When the last commit was, and the first that indexing has not followed. */
  #lastCommit = 0;
  #firstCommit = 0;
  /** The last step that was begun here. Two at a time would do the same work twice. */
  #lastStep: Promise<unknown> = Promise.resolve();

  constructor(file: StoreFile) {
    this.#file = file;
  }

  /** Notes a commit: indexing follows it. Its timer never keeps the process alive. */
  schedule(): void {
    this.#lastCommit = performance.now();
    if (this.#timer !== undefined || this.#running !== undefined || this.#isClosing) return;
    this.#firstCommit = this.#lastCommit;
    this.#startTimer();
  }

  #startTimer(): void {
    // Several processes rarely begin at once.
    this.#timer = setTimeout(() => this.#beginIfIdle(), IDLE_MS * (1 + Math.random() / 2)).unref();
  }

  #beginIfIdle(): void {
    this.#timer = undefined;
    const now = performance.now();
    if (now - this.#lastCommit < IDLE_MS && now - this.#firstCommit < LONGEST_DELAY_MS) {
      this.#startTimer();
      return;
    }
    // A fault is told to whoever commits or searches; the index is caught up with later.
    this.#running = this.#run({ isGentle: true })
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves when the index holds everything that was committed before the call; what follows may never end. */
  async catchUp(): Promise<void> {
    const { reader } = this.#file;
    await this.#run({ upTo: await retryFairly(() => lastPosition(reader)) });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#run({ steps: LAST_STEPS }).catch(() => undefined);
  }

  /** Indexes until a position of the feed, for so many steps, or until the feed ends. A gentle run makes room for commits. */
  async #run({
    upTo = Number.POSITIVE_INFINITY,
    steps = Number.POSITIVE_INFINITY,
    isGentle = false,
  }: Run): Promise<void> {
    const size = isGentle ? shortBatches : longBatches;
    for (let step = 0; step < steps; step += 1) {
      if (isGentle && this.#isClosing) return;
      const began = performance.now();
      const taken = this.#lastStep.then(() => this.#takeStep(upTo, size));
      this.#lastStep = taken.catch(() => undefined);
      if (!(await taken)) return;
      const isIdle = !isGentle || performance.now() - this.#lastCommit > IDLE_MS;
      await sleep(isIdle ? 0 : (performance.now() - began) * PAUSE_FACTOR);
    }
  }

  /** False if there was nothing to do. What is read is tokenized before anything is locked, in turns with others. */
  async #takeStep(upTo: number, size: IndexBatchSize): Promise<boolean> {
    const step = await retryFairly(() => {
      const { reader } = this.#file;
      return reader.readTogether(() => readIndexStep(reader, size.messages));
    });
    if (step === undefined || step.from >= upTo) return false;
    const readStaged = (message: SearchedMessage): Promise<string> =>
      readStagedText(() => this.#file.reader, message);
    for await (const batch of makeBatches(step.messages, size, readStaged, nextTurn)) {
      if (!(await retryFairly(() => writeIndexBatch(this.#file.writer, step, batch)))) break;
    }
    return true;
  }
}
