/** Errors over HTTP: one table of statuses, and problem details (RFC 9457) written and read back. */
import type { CommitOutcome, ErrorCode } from "../error.ts";
import { ThroughlineError } from "../error.ts";
import { toSnakeCase } from "../schemas/json-names.ts";

const statusOfCode: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unsupported: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
  closed: 503,
};

/** Reasons that HTTP has a status of its own for. */
const statusOfReason: Readonly<Record<string, { readonly code: ErrorCode; readonly status: number }>> = {
  method_not_allowed: { code: "unsupported", status: 405 },
  not_acceptable: { code: "unsupported", status: 406 },
  request_timeout: { code: "unavailable", status: 408 },
  unsupported_media_type: { code: "unsupported", status: 415 },
};

const titles: Readonly<Record<ErrorCode, string>> = {
  invalid: "The request is not valid",
  unsupported: "This is not supported",
  unauthorized: "Credentials are missing or wrong",
  forbidden: "This is not allowed",
  not_found: "There is no such thing",
  conflict: "This conflicts with what is stored",
  too_large: "This is too large",
  rate_limited: "Too many requests",
  unavailable: "The store can't answer now",
  closed: "The store is closed",
};

/** An error as JSON: standard members, ours, and the error's details beside them. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** For a person. */
  readonly detail: string;
  readonly code: ErrorCode;
  readonly reason?: string;
  readonly outcome?: CommitOutcome;
  /** Only where it is true. */
  readonly retryable?: true;
  readonly [detail: string]: unknown;
}

/** Every code of an error, with the status that it has unless its reason says otherwise. */
export const problemCodes: readonly {
  readonly code: ErrorCode;
  readonly status: number;
  readonly title: string;
}[] = (Object.keys(statusOfCode) as ErrorCode[]).map((code) => ({
  code,
  status: statusOfCode[code],
  title: titles[code],
}));

/** The HTTP status of an error. */
export function statusOf({ code, reason }: Pick<ThroughlineError, "code" | "reason">): number {
  const special =
    reason !== undefined && Object.hasOwn(statusOfReason, reason) ? statusOfReason[reason] : undefined;
  return special !== undefined && special.code === code ? special.status : statusOfCode[code];
}

const ownMembers = new Set(["type", "title", "status", "detail", "code", "reason", "outcome", "retryable"]);

/** The problem details of an error. Its cause is not told. */
export function toProblem(error: ThroughlineError): ProblemDetails {
  const details = Object.entries(error.details ?? {})
    .map(([name, value]) => [toSnakeCase(name), value] as const)
    .filter(([name]) => !ownMembers.has(name));
  return {
    type: `/docs#${error.code}`,
    title: titles[error.code],
    status: statusOf(error),
    detail: error.message,
    code: error.code,
    ...(error.reason === undefined ? undefined : { reason: error.reason }),
    ...(error.outcome === undefined ? undefined : { outcome: error.outcome }),
    ...(error.retryable ? { retryable: true } : undefined),
    ...Object.fromEntries(details),
  };
}

/**
 * The error that an answer's problem details tell of; where a body is none of ours (of a proxy, say), the error that its
 * status means.
 */
export function fromProblem(status: number, body: unknown): ThroughlineError {
  if (!isProblem(body)) {
    return new ThroughlineError(codeOf(status), `The server answered with status ${status}.`, {
      ...(status >= 500 ? { retryable: true } : undefined),
    });
  }
  const details = Object.entries(body).filter(([name]) => !ownMembers.has(name));
  return new ThroughlineError(body.code, body.detail, {
    ...(typeof body.reason === "string" ? { reason: body.reason } : undefined),
    ...(body.outcome === "refused" || body.outcome === "unknown" ? { outcome: body.outcome } : undefined),
    retryable: body.retryable === true,
    ...(details.length === 0 ? undefined : { details: Object.fromEntries(details) }),
  });
}

function isProblem(body: unknown): body is ProblemDetails {
  return (
    typeof body === "object" &&
    body !== null &&
    "code" in body &&
    typeof body.code === "string" &&
    Object.hasOwn(statusOfCode, body.code) &&
    "detail" in body &&
    typeof body.detail === "string"
  );
}

function codeOf(status: number): ErrorCode {
  const special = Object.values(statusOfReason).find((entry) => entry.status === status);
  const plain = problemCodes.find((entry) => entry.status === status);
  if (special !== undefined) return special.code;
  if (plain !== undefined) return plain.code;
  return status >= 400 && status < 500 ? "invalid" : "unavailable";
}
