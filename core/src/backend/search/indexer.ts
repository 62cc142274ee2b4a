import { parseFeedCursor } from "../../contract/feed-cursor.ts";
import { messages } from "../../model/messages.ts";
import { advanceIndex, beginIndex } from "./advance-index.ts";
import { chooseMerge } from "./choose-merge.ts";
import type { IndexContext } from "./index-context.ts";
import { type IndexState, type SegmentEntry, readState } from "./index-state.ts";
import { replaceSegments } from "./replace-segments.ts";
import { SegmentGone } from "./segment-reader.ts";
import { sweepSegments } from "./sweep-segments.ts";

/** After so many commits' pauses indexing begins, even if commits go on. */
const LONGEST_DELAY = 20;

/** What was left behind is looked for so often in the time after which it is removed. */
const SWEEPS = 24;

/**
 * Keeps one tenant's index near the feed, away from commits. Every process may have one: each step is taken by the one
 * whose change of the index's record comes first, and the others go on from there.
 */
export class Indexer {
  readonly #context: IndexContext;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  #step: Promise<IndexState | undefined> | undefined;
  #isClosing = false;
  /** When the last commit was, and the first that indexing has not followed. */
  #lastCommit = 0;
  #firstCommit = 0;
  /** The store's time when segments were swept last. */
  #sweptAt: number | undefined;

  constructor(context: IndexContext) {
    this.#context = context;
  }

  /** Notes a commit or a search: indexing follows. Its timer does not keep a process alive. */
  schedule(): void {
    this.#lastCommit = performance.now();
    if (this.#isClosing || this.#running !== undefined) return;
    if (this.#firstCommit === 0) {
      this.#firstCommit = this.#lastCommit;
      this.#startTimer(this.#context.settings.idleMs, () => this.#beginIfIdle());
    }
  }

  #startTimer(ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms);
    // In Node, a timer is an object that can be told not to keep the process; in browsers it is a number.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #beginIfIdle(): void {
    const { idleMs, settleMs, smallestBatch } = this.#context.settings;
    const now = performance.now();
    if (now - this.#lastCommit < idleMs && now - this.#firstCommit < LONGEST_DELAY * idleMs) {
      this.#startTimer(idleMs, () => this.#beginIfIdle());
      return;
    }
    this.#beginRun(smallestBatch, false, () => {
      this.#startTimer(settleMs, () =>
        this.#beginRun(1, false, (untilErasure) => this.#waitToErase(untilErasure)),
      );
    });
  }

  /** Without further calls nobody tells the time: that the timer has run says enough. */
  #waitToErase(untilErasure: number | undefined): void {
    if (untilErasure !== undefined) this.#startTimer(untilErasure, () => this.#beginRun(1, true));
  }

  #beginRun(smallest: number, isThorough: boolean, then?: (untilErasure: number | undefined) => void): void {
    const began = performance.now();
    const run = async (): Promise<void> => {
      let untilErasure: number | undefined;
      try {
        untilErasure = await this.#run(smallest, isThorough);
      } catch {
        // A fault is told to whoever commits or searches; the index is caught up with later.
      }
      this.#running = undefined;
      this.#firstCommit = 0;
      if (this.#isClosing) return;
      if (this.#lastCommit > began) this.schedule();
      else then?.(untilErasure);
    };
    this.#running = run();
  }

  /**
   * Resolves when the index holds everything that was committed before the call, and no word that had been removed or
   * replaced by then.
   */
  async catchUp(): Promise<void> {
    await this.#running;
    await this.#run(1, true);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#running;
    // What follows is left to whoever opens the store next, if it fails.
    if (this.#lastCommit > 0) await this.#run(1, false).catch(() => undefined);
  }

  /**
   * Indexes, merges, and erases what is due, or all that is to be erased. Answers in how many milliseconds more will be
   * due; undefined: nothing is to be erased.
   */
  async #run(smallest: number, isThorough: boolean): Promise<number | undefined> {
    const { store, settings, version } = this.#context;
    let state = await readState(store, version);
    if (state === undefined && !(await this.#isLarge())) return undefined;
    await this.#followFeed(smallest);
    await this.#sweep();
    for (;;) {
      state = await readState(store, version);
      if (state === undefined || state.building !== undefined) return undefined;
      const due = state.segments.filter((entry) => this.#isDue(entry, isThorough)).slice(0, 1);
      const chosen = chooseMerge(state.segments, settings) ?? due;
      if (chosen.length === 0) return this.#untilErasure(state.segments);
      await this.#replace(state, chosen);
    }
  }

  /** Whether there are so many messages that an index is worth it. */
  async #isLarge(): Promise<boolean> {
    const { store, settings } = this.#context;
    const page = await store.readPage(messages, { limit: settings.smallestBatch, select: "key" });
    return page.rows.length === settings.smallestBatch;
  }

  async #followFeed(smallest: number): Promise<void> {
    for (let last = -1; ;) {
      const state = await this.advance(smallest);
      if (state?.building === undefined && state?.generation === last) return;
      last = state?.generation ?? -1;
    }
  }

  #isDue({ staleSince }: SegmentEntry, isThorough: boolean): boolean {
    const { store, settings } = this.#context;
    return staleSince > 0 && (isThorough || store.now - staleSince >= settings.eraseAfterMs);
  }

  #untilErasure(segments: readonly SegmentEntry[]): number | undefined {
    const { store, settings } = this.#context;
    const since = segments.map(({ staleSince }) => staleSince).filter((time) => time > 0);
    return since.length === 0 ? undefined : Math.min(...since) + settings.eraseAfterMs - store.now;
  }

  async #replace(state: IndexState, segments: readonly SegmentEntry[]): Promise<void> {
    try {
      await replaceSegments(this.#context, segments);
    } catch (error) {
      if (!(error instanceof SegmentGone)) throw error;
      await this.repair(error, state);
    }
  }

  async #sweep(): Promise<void> {
    const { store, settings } = this.#context;
    if (this.#sweptAt !== undefined && store.now - this.#sweptAt < settings.abandonedAfterMs / SWEEPS) return;
    this.#sweptAt = store.now;
    await sweepSegments(this.#context);
  }

  /** Takes a step; one at a time in this process. Answers the state after it, or undefined after a race was lost. */
  async advance(smallest: number): Promise<IndexState | undefined> {
    while (this.#step !== undefined) await this.#step.catch(() => undefined);
    const step = this.#takeStep(smallest).finally(() => {
      this.#step = undefined;
    });
    this.#step = step;
    return step;
  }

  async #takeStep(smallest: number): Promise<IndexState | undefined> {
    const state = await readState(this.#context.store, this.#context.version);
    if (state === undefined) return beginIndex(this.#context, state);
    try {
      return await advanceIndex(this.#context, state, smallest);
    } catch (error) {
      if (!(error instanceof SegmentGone)) throw error;
      await this.repair(error, state);
      return undefined;
    }
  }

  /** Resolves when the index is built and holds everything up to a position. */
  async advanceTo(position: number): Promise<void> {
    for (let last = -1; ;) {
      const state = await this.advance(1);
      const isBuilt = state !== undefined && state.building === undefined;
      // A step that changes nothing says that the feed has ended.
      if (isBuilt && (state.generation === last || parseFeedCursor(state.cursor).position >= position))
        return;
      last = state?.generation ?? -1;
    }
  }

  /** A segment was not there: if the index still lists it, it is lost, and the index is made anew. */
  async repair({ segment }: SegmentGone, before: IndexState): Promise<void> {
    const state = await readState(this.#context.store, this.#context.version);
    const isLost = state?.generation === before.generation && state.segments.some(({ id }) => id === segment);
    if (isLost) await beginIndex(this.#context, state);
  }
}
