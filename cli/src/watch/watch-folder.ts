/** Watches a folder, and hands on what changes in it: soon, in batches, and every last state. */
import { existsSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { isThroughlineError } from "@throughline/core";
import { type FSWatcher, watch } from "chokidar";
import { CHANGES_AT_ONCE } from "./record-changes.ts";
import type { IgnoreRules } from "./ignore-rules.ts";
import { type Change, WaitingChanges } from "./waiting-changes.ts";
import { findGone, walkChanged } from "./walk-files.ts";
import { folderGone, watchFailure } from "./watch-errors.ts";

export interface WatchFolderOptions {
  /** Where paths begin, and the rules of what is ignored. */
  readonly root: string;
  /** What is watched: the root, or a folder within it. */
  readonly folder: string;
  readonly rules: IgnoreRules;
  /** Files of these, and those whose paths only go on after one, are our own: to write them is no change. */
  readonly own: readonly string[];
  /** Milliseconds without a change after which changes are handed on; at the latest after five times as many. */
  readonly wait: number;
  /** Asks for changes again and again, where the system tells of none, such as on network drives. */
  readonly poll: boolean;
  readonly signal: AbortSignal;
  /** Takes at most `CHANGES_AT_ONCE`. What it refuses is handed to it again, later. */
  readonly record: (changes: readonly Change[]) => Promise<void>;
  /** Takes what a person should know. */
  readonly tell: (line: string) => void;
  /** From now on no change is missed. */
  readonly onReady: () => void;
}

/** Paths that wait at most; what comes beyond them is looked for when these are recorded. */
const mostWaiting = 100_000;
/** Paths that are handed on at once, however much else goes on. */
const manyWaiting = 2_000;
/** Events at once of which the system may have lost some: it keeps 16,384 for us, and several come for each file. */
const manyEvents = 1_000;
/** Milliseconds from the writing of a file until we are told, at most, unless very much happens. */
const tellingTakes = 2_000;
/** Steps of the clock that files are dated by, in milliseconds. */
const clockStep = 20;
const retryAfter = { first: 1_000, longest: 60_000 };

/**
 * Watches until the signal; then hands on what is left, and resolves.
 *
 * @throws ThroughlineError when the folder goes, or can't be watched; what `record` threw, if it still does at the end
 */
export async function watchFolder(options: WatchFolderOptions): Promise<void> {
  await using watching = new FolderWatch(options);
  await watching.run();
}

class FolderWatch {
  readonly #options: WatchFolderOptions;
  readonly #waiting = new WaitingChanges(mostWaiting);
  #watcher: FSWatcher | undefined;
  #failure: Error | undefined;
  /** Changes are due at this time, or earlier if nothing more comes. */
  #deadline = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #wake = Promise.withResolvers<void>();
  /** Since when changes may have been missed. */
  #unsure = Number.POSITIVE_INFINITY;
  #retryAfter = 0;
  /** What was written before is no change that we are to find. */
  readonly #notBefore = Date.now() - clockStep;
  /** Everything that was written before has been handed on. */
  #doneUntil = 0;

  constructor(options: WatchFolderOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#wake.resolve());
  }

  async run(): Promise<void> {
    const { signal, onReady } = this.#options;
    this.#watcher = await this.#open();
    if (!signal.aborted) onReady();
    while (!signal.aborted && this.#failure === undefined) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
      if (signal.aborted) break;
      await this.#handOnOrRetry();
      // A watcher of its own finds what the other one was not told of, also in folders that it does not know.
      if (this.#unsure !== Number.POSITIVE_INFINITY && this.#waiting.size === 0) await this.#lookAgain();
    }
    await this.#finish();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #finish(): Promise<void> {
    try {
      // What was written just now may not have been told yet.
      await this.#findChanges(Math.min(this.#doneUntil, this.#unsure));
      await this.#handOn();
    } catch (error) {
      this.#options.tell(`changes that are not recorded: ${this.#waiting.size}.`);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#watcher?.close();
  }

  /** A watcher that knows what is there. */
  async #open(): Promise<FSWatcher> {
    const { folder, poll, signal } = this.#options;
    const watcher = watch(folder, {
      ignored: (path, stats) => this.#ignores(path, stats?.isDirectory() ?? false),
      ignoreInitial: true,
      // Links are files of their own: no loop is ever walked.
      followSymlinks: false,
      ignorePermissionErrors: true,
      ...(poll ? { backend: "polling" as const } : undefined),
    });
    const ready = Promise.withResolvers<void>();
    watcher.on("all", (event, path) => this.#see(event, path));
    watcher.on("error", (error) => {
      this.#fail(watchFailure(error, folder));
      ready.resolve();
    });
    watcher.on("ready", () => ready.resolve());
    signal.addEventListener("abort", () => ready.resolve(), { once: true });
    await ready.promise;
    return watcher;
  }

  #see(event: string, path: string): void {
    const { folder, rules } = this.#options;
    if (path === folder) {
      if (!existsSync(folder)) this.#fail(folderGone(folder));
      return;
    }
    if (basename(path) === ".gitignore") {
      rules.forget();
      this.#unsure = Math.min(this.#unsure, Date.now());
    }
    if (event === "add" || event === "change" || event === "unlink") this.#add(event, path);
  }

  #add(event: "add" | "change" | "unlink", path: string): void {
    const { wait } = this.#options;
    const now = Date.now();
    this.#waiting.add(event, this.#within(path), now);
    if (this.#retryAfter > 0) return;
    this.#deadline = Math.min(this.#deadline, now + 5 * wait);
    this.#wakeIn(this.#waiting.size >= manyWaiting ? 0 : Math.min(wait, this.#deadline - now));
  }

  #wakeIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake.resolve(), Math.max(0, milliseconds));
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#wake.resolve();
  }

  async #handOnOrRetry(): Promise<void> {
    try {
      await this.#handOn();
      this.#retryAfter = 0;
    } catch (error) {
      // Those that changes belong to are gone for good: to wait helps nobody.
      if (isThroughlineError(error) && error.code === "not_found") return this.#fail(error);
      const { first, longest } = retryAfter;
      this.#retryAfter = Math.min(longest, Math.max(first, this.#retryAfter * 2));
      const message = error instanceof Error ? error.message : String(error);
      const seconds = this.#retryAfter / 1_000;
      this.#options.tell(
        `changes that wait, and are tried again in ${seconds} s: ${this.#waiting.size}. ${message}`,
      );
      this.#wakeIn(this.#retryAfter);
    }
  }

  /** Hands on what waits. What is refused, and what comes after it, waits on. */
  async #handOn(): Promise<void> {
    clearTimeout(this.#timer);
    this.#deadline = Number.POSITIVE_INFINITY;
    const begun = Date.now();
    const { changes, seen, hasOverflown, since } = this.#waiting.take();
    if (hasOverflown || seen >= manyEvents) this.#unsure = Math.min(this.#unsure, since);
    if (hasOverflown) {
      this.#options.tell(
        `More than ${mostWaiting} files changed at once: the rest is looked for after these.`,
      );
    }
    for (let begin = 0; begin < changes.length; begin += CHANGES_AT_ONCE) {
      try {
        await this.#options.record(changes.slice(begin, begin + CHANGES_AT_ONCE));
      } catch (error) {
        this.#waiting.putBack(changes.slice(begin));
        throw error;
      }
    }
    this.#doneUntil = begun;
  }

  async #lookAgain(): Promise<void> {
    const since = this.#unsure;
    this.#unsure = Number.POSITIVE_INFINITY;
    const before = this.#watcher;
    this.#watcher = await this.#open();
    for await (const path of findGone(before?.getWatched() ?? {})) {
      if (!this.#ignores(path, false)) this.#add("unlink", path);
    }
    await before?.close();
    await this.#findChanges(since);
  }

  /** Finds what was written since a time. What was handed on already is known there, and costs a look. */
  async #findChanges(since: number): Promise<void> {
    const { root, folder } = this.#options;
    const from = Math.max(this.#notBefore, since - tellingTakes);
    const ignores = (path: string, isFolder: boolean) => this.#ignores(join(root, path), isFolder);
    for await (const path of walkChanged(root, this.#within(folder), ignores, from)) {
      this.#waiting.add("change", path, Date.now());
      if (this.#waiting.size >= manyWaiting) await this.#handOn();
    }
    if (this.#waiting.size > 0) this.#wakeIn(0);
  }

  #ignores(path: string, isFolder: boolean): boolean {
    const { folder, own, rules } = this.#options;
    if (path === folder) return false;
    return own.some((ours) => path.startsWith(ours)) || rules.ignores(this.#within(path), isFolder);
  }

  #within(path: string): string {
    return relative(this.#options.root, path).split(sep).join("/");
  }
}
