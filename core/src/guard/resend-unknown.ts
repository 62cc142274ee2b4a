import type { Batch, Changes, CommitResult } from "../contract/batch.ts";
import type { ErrorCode } from "../error.ts";
import { ThroughlineError, isThroughlineError } from "../error.ts";

const firstWaitMs = 20;
const longestWaitMs = 2_000;

/** Refusals by something on the way. They say that this attempt was not carried out, and nothing of those before it. */
const onTheWay: ReadonlySet<ErrorCode> = new Set([
  "unavailable",
  "closed",
  "rate_limited",
  "unauthorized",
  "forbidden",
]);
/** The same by reason: the answer of something else than the store, and that of a server without the path of the store. */
const onTheWayReasons: ReadonlySet<string> = new Set(["foreign_answer", "path"]);

/**
 * Sends a batch, and sends the same bytes again while nobody knows whether it arrived. After `limitMs` it fails as
 * `unavailable` with outcome `unknown`, naming the operation by which to ask later. What is refused at first is refused;
 * after an attempt of unknown outcome only the store itself can say so.
 */
export async function resendUnknown(
  send: (isFirst: boolean) => Promise<CommitResult>,
  limitMs: number,
  operation: string | undefined,
): Promise<CommitResult> {
  const began = performance.now();
  let isUnknown = false;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await send(waitMs === firstWaitMs);
    } catch (error) {
      if (!isThroughlineError(error)) throw error;
      isUnknown ||= error.outcome === "unknown";
      if (!isUnknown || (error.outcome !== "unknown" && !isOnTheWay(error))) throw error;
      if (performance.now() - began + waitMs > limitMs) throw gaveUp(error, operation);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function isOnTheWay({ code, reason }: ThroughlineError): boolean {
  return onTheWay.has(code) || onTheWayReasons.has(reason ?? "");
}

/**
 * Whether a second time changes nothing more: with an operation id it never does, without one it may conflict with the
 * first. Quiet batches have none; those that add, remove many or demand that nothing is there would do something else.
 */
export function isRepeatable({ operation, quiet, writes }: Batch): boolean {
  if (operation !== undefined || quiet === undefined) return operation !== undefined;
  return writes.every((write) => {
    switch (write.type) {
      case "insert":
        return typeof write.exists === "string" ? write.exists !== "fail" : !adds(write.exists);
      case "update":
        return !adds(write);
      default:
        return write.type === "remove";
    }
  });
}

function adds({ increment }: Changes): boolean {
  return Object.keys(increment ?? {}).length > 0;
}

function gaveUp(error: ThroughlineError, operation: string | undefined): ThroughlineError {
  return new ThroughlineError("unavailable", `Nobody knows whether this was written: ${error.message}`, {
    reason: error.reason ?? "timeout",
    outcome: "unknown",
    // Without an operation id, trying again may conflict with what was written the first time.
    retryable: operation !== undefined,
    details: operation === undefined ? {} : { operation },
    cause: error,
  });
}
