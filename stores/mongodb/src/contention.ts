import { ThroughlineError } from "@throughline/core";

/** Others were quicker until the time was over; nothing was written. */
export function contention(message: string): ThroughlineError {
  return new ThroughlineError("unavailable", message, {
    reason: "contention",
    outcome: "refused",
    retryable: true,
  });
}
