import type { CommitResult } from "../../contract/batch.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { ServiceContext } from "../service-context.ts";
import { StagedBlobs, isBlobGone } from "./staged-blobs.ts";

/** Lists are kept for a day: only who sleeps between staging and append meets this. */
const attempts = 3;

/**
 * Runs an append that may name blobs: `commit` stages them and commits what names them. Once more where they were swept
 * in between, which can only happen to a process that slept for a day.
 */
export async function withStagedBlobs(
  context: ServiceContext,
  commit: (blobs: StagedBlobs) => Promise<CommitResult>,
): Promise<CommitResult> {
  for (let attempt = 1; ; attempt += 1) {
    const blobs = new StagedBlobs(context);
    try {
      const result = await commit(blobs);
      if (blobs.isEmpty) return result;
      await (isWritten(result) ? blobs.finish() : blobs.abandon());
      return result;
    } catch (error) {
      // What may have been written needs its blobs; if it was not, the sweep finds out in a day.
      if (blobs.isEmpty || !isRefused(error)) throw error;
      await blobs.abandon();
      if (!isBlobGone(error) || attempt === attempts) throw error;
    }
  }
}

/** Whether every message of it was written now, rather than found. */
function isWritten({ replayed, results }: CommitResult): boolean {
  return (
    !replayed &&
    results.every(
      (result) => result.outcome !== "appended" || result.messages.every(({ outcome }) => outcome !== "kept"),
    )
  );
}

function isRefused(error: unknown): error is ThroughlineError {
  return isThroughlineError(error) && error.outcome !== "unknown";
}

/**
 * An append that brings references expects its session to be there before anything else: told as an append tells it that
 * brings none.
 */
export function asAppendError(error: unknown, session: string): unknown {
  if (!isThroughlineError(error) || error.reason !== "expectation" || error.details?.kind !== "sessions")
    return error;
  const isDeleted = error.details.field === "hiddenAt";
  const message = isDeleted ? `The session ${session} was deleted.` : `There is no session ${session}.`;
  return new ThroughlineError("not_found", message, {
    reason: isDeleted ? "deleted" : "absent",
    outcome: "refused",
    details: isDeleted ? { session } : { kind: "sessions", key: [session] },
    cause: error,
  });
}
