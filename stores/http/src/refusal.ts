/** Answers that are no success, and those that no Throughline server gives. */
import { ThroughlineError, fromProblem } from "@throughline/core";

/**
 * The error that an answer with a status of 300 and more means. Where its body is no problem of ours, something between
 * here and the server has answered, and only the status tells.
 */
export function refusalOf(status: number, body: unknown, server: string): ThroughlineError {
  const told = fromProblem(status, body);
  const { code, detail } = Object(body) as { readonly code?: unknown; readonly detail?: unknown };
  const isOurs = code === told.code && detail === told.message;
  // Below 500 the request was refused as it was. 408 and beyond 500 the server may have had it.
  const isRefused = status < 500 && (isOurs || status !== 408);
  const outcome = told.outcome ?? (isRefused ? "refused" : "unknown");
  if (isOurs) {
    const { message, reason, retryable, details } = told;
    // Of a database that is away, the place matters: it is not the server here.
    const said = told.code === "unavailable" ? `${server} answered: ${message}` : message;
    return new ThroughlineError(told.code, said, {
      outcome,
      retryable,
      ...(reason !== undefined && { reason }),
      ...(details !== undefined && { details }),
    });
  }
  return new ThroughlineError(
    status < 400 ? "unavailable" : told.code,
    `Something before ${server} answered with status ${status}, and not as Throughline does.`,
    {
      reason: "foreign_answer",
      outcome,
      retryable: status === 408 || status === 429 || status >= 500,
      details: { status },
    },
  );
}

/** The error for an answer that says success and holds something else. */
export function foreignAnswer(status: number, server: string, cause?: unknown): ThroughlineError {
  return new ThroughlineError("unavailable", `What ${server} answered is no answer of Throughline.`, {
    reason: "foreign_answer",
    outcome: "unknown",
    details: { status },
    cause,
  });
}
