import { ThroughlineError } from "../error.ts";

/** A refusal of input that no store has seen. */
export function invalidInput(
  reason: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason, outcome: "refused", details });
}

export function tooLarge(message: string, details: Readonly<Record<string, unknown>>): ThroughlineError {
  return new ThroughlineError("too_large", message, { reason: "batch", outcome: "refused", details });
}
