import { ThroughlineError, isThroughlineError } from "@throughline/core";

/** An error of the store's own shape. An IndexedDB transaction that failed has written nothing. */
export function toStoreError(error: unknown, signal?: AbortSignal): Error {
  if (isThroughlineError(error)) return error;
  if (signal?.aborted === true && error === signal.reason) return error as Error;
  const isFull = error instanceof Error && error.name === "QuotaExceededError";
  return new ThroughlineError(
    "unavailable",
    isFull
      ? "The browser gives this site no more room. Delete something, then try again."
      : "IndexedDB failed in a way that the store does not know.",
    { reason: isFull ? "disk_full" : "store_failure", retryable: isFull, outcome: "refused", cause: error },
  );
}
