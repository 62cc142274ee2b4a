/** A store whose answers to commits get lost on the way: what a server is now and then. */
import type { CheckedBatch, CommitResult, Store } from "@throughline/core";
import { ThroughlineError } from "@throughline/core";
import { wrapStore } from "./wrap-store.ts";

export interface LosingStore {
  readonly store: Store;
  /** Every batch that was sent, in order. */
  readonly sent: readonly CheckedBatch[];
}

export type Loss =
  /** The batch never arrives. */
  | "before"
  /** The batch is carried out, and its answer never arrives. */
  | "after"
  | "none";

/** Puts a line before a store that loses what `losses` says, one for each commit sent, then nothing. */
export function losingStore(store: Store, losses: readonly Loss[] | Loss): LosingStore {
  const sent: CheckedBatch[] = [];
  const commit: Store["commit"] = async (batch, options): Promise<CommitResult> => {
    const loss = typeof losses === "string" ? losses : losses[sent.length];
    sent.push(batch);
    if (loss === "before") throw lost();
    const result = await store.commit(batch, options);
    if (loss === "after") throw lost();
    return result;
  };
  const capabilities = { ...store.capabilities, unknownOutcomes: true };
  return { store: wrapStore(store, { commit, capabilities }), sent };
}

function lost(): ThroughlineError {
  return new ThroughlineError("unavailable", "The connection was lost.", {
    reason: "timeout",
    outcome: "unknown",
    retryable: true,
  });
}
