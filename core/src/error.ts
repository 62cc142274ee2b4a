/** What went wrong, for a program: few, stable, and the same on every backend. */
export type ErrorCode =
  | "not_found"
  | "conflict"
  | "invalid"
  | "unsupported"
  | "closed"
  | "unavailable"
  | "unauthorized"
  | "forbidden"
  | "too_large"
  | "rate_limited";

/** Whether a failed commit can have been written: refused ones were not, of unknown ones nobody can tell yet. */
export type CommitOutcome = "refused" | "unknown";

export interface ErrorOptions {
  /** The stable detail behind the code; each has an entry in `docs/troubleshooting.md`. */
  readonly reason?: string;
  /** Set on failed commits. */
  readonly outcome?: CommitOutcome;
  /** Whether the same call may succeed later without anybody changing it. Default: false. */
  readonly retryable?: boolean;
  /** Facts for a program: which field, which key, what was expected. Never message text. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

const brand = Symbol.for("throughline.error");

/** The one error class. Tell errors apart by `code` and `reason`, never by the message. */
export class ThroughlineError extends Error {
  override readonly name = "ThroughlineError";
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly outcome: CommitOutcome | undefined;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason;
    this.outcome = options.outcome;
    this.retryable = options.retryable ?? false;
    this.details = options.details;
  }
}

/** True for errors of this class, also when a second copy of this package made them. */
export function isThroughlineError(value: unknown): value is ThroughlineError {
  return value instanceof Error && brand in value;
}
