/** How a batch is refused: nothing of it is written. */
import type { Key } from "../contract/batch.ts";
import { isUniqueName } from "../contract/batch.ts";
import { ThroughlineError } from "../error.ts";

export function conflict(
  reason: string,
  message: string,
  details: Record<string, unknown>,
): ThroughlineError {
  return new ThroughlineError("conflict", message, { reason, outcome: "refused", details });
}

export function notFound(kind: string, key: Key): ThroughlineError {
  return new ThroughlineError(
    "not_found",
    `There is no ${kind.replace(/s$/, "").replaceAll("_", " ")} ${keyName(key)}.`,
    {
      reason: "absent",
      outcome: "refused",
      details: { kind, key: keyDetails(key) },
    },
  );
}

export function invalid(message: string, details: Record<string, unknown> = {}): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason: "batch", outcome: "refused", details });
}

/** A key for people. */
export function keyName(key: Key): string {
  return isUniqueName(key) ? `${key.unique} ${key.values.join("/")}` : key.join("/");
}

function keyDetails(key: Key): unknown {
  return isUniqueName(key) ? { unique: key.unique, values: key.values } : key;
}
