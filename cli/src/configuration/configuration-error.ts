import { ThroughlineError } from "@throughline/core";

/** `configuration`: a value or a file that makes no sense. `unknown_setting`: a name that is no setting's. */
export type ConfigurationReason = "configuration" | "unknown_setting" | "missing_variable";

/** The error for settings that can't be used. The message names the place, the setting and what was expected. */
export function configurationError(
  reason: ConfigurationReason,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason, outcome: "refused", details, cause });
}
