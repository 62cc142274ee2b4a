import { ThroughlineError } from "@throughline/core";

/** What a person typed makes no sense: the program ends with the exit code of misuse. */
export function misuse(message: string): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason: "type" });
}
