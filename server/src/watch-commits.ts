import { type Batch, type GuardedStore, isThroughlineError } from "@throughline/core";

/** How a commit ended. */
export interface CommitReport {
  readonly batch: Batch;
  /** `replayed`: all of it was there already. */
  readonly outcome: "written" | "replayed" | "refused" | "unknown";
  readonly durationMs: number;
}

type Watcher = (report: CommitReport) => void;

const watchersOf = new WeakMap<GuardedStore, Set<Watcher>>();

/**
 * Tells of every commit of this process, whoever made it: services hold the store and not the server, so it is the
 * store's own method that tells, instead of a wrapper that only some would use. Quiet batches are not told of.
 */
export function watchCommits(store: GuardedStore, watcher: Watcher): void {
  const known = watchersOf.get(store);
  if (known !== undefined) {
    known.add(watcher);
    return;
  }
  const watchers = new Set([watcher]);
  watchersOf.set(store, watchers);
  const commit = store.commit.bind(store);
  store.commit = async (batch, options) => {
    if (batch.quiet !== undefined) return commit(batch, options);
    const began = performance.now();
    const tell = (outcome: CommitReport["outcome"]): void => {
      const durationMs = performance.now() - began;
      for (const each of watchers) each({ batch, outcome, durationMs });
    };
    try {
      const result = await commit(batch, options);
      tell(result.replayed ? "replayed" : "written");
      return result;
    } catch (error) {
      tell(isThroughlineError(error) && error.outcome === "unknown" ? "unknown" : "refused");
      throw error;
    }
  };
}
