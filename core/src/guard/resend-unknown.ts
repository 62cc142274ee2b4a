import type { CommitResult } from "../contract/batch.ts";
import { ThroughlineError, isThroughlineError } from "../error.ts";

const firstWaitMs = 20;
const longestWaitMs = 2_000;

/**
 * Sends a batch, and sends the same bytes again while nobody knows whether it arrived. After `limitMs` it fails as
 * `unavailable` with outcome `unknown`, naming the operation by which to ask later.
 */
export async function resendUnknown(
  send: (isFirst: boolean) => Promise<CommitResult>,
  limitMs: number,
  operation: string | undefined,
): Promise<CommitResult> {
  const began = performance.now();
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await send(waitMs === firstWaitMs);
    } catch (error) {
      if (!isThroughlineError(error) || error.outcome !== "unknown") throw error;
      if (performance.now() - began + waitMs > limitMs) throw gaveUp(error, operation);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function gaveUp(error: ThroughlineError, operation: string | undefined): ThroughlineError {
  return new ThroughlineError("unavailable", `Nobody knows whether this was written: ${error.message}`, {
    reason: error.reason ?? "timeout",
    outcome: "unknown",
    retryable: true,
    details: operation === undefined ? {} : { operation },
    cause: error,
  });
}
