/** What kept a request from being answered, as an error of ours. */
import { ThroughlineError } from "@throughline/core";

/** What Node's `fetch` says of the connection; browsers say nothing. */
interface Failure {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_/;
const lookUpCodes = new Set<unknown>(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME", "EAI_FAIL"]);

/**
 * The error for a request that `fetch` could not carry out. Only where there surely was no connection it is `refused`;
 * otherwise the request may have arrived.
 */
export function connectionError(error: unknown, server: string): ThroughlineError {
  const failures = [...failuresOf(error)];
  const codes = failures.map(({ code }) => code);
  if (codes.some((code) => typeof code === "string" && certificateCode.test(code))) {
    return unavailable("certificate", `The certificate of ${server} is not one to trust.`, error, false);
  }
  if (codes.some((code) => lookUpCodes.has(code))) {
    return unavailable("host_not_found", `There is no host by the name of ${server}.`, error, false);
  }
  if (codes.includes("ECONNREFUSED") && failures.every(isBeforeSending)) {
    return unavailable("connection_refused", `Nothing listens at ${server}.`, error, true);
  }
  if (codes.some((code) => code !== undefined) && failures.every(isBeforeSending)) {
    return unavailable("unreachable", `There is no way to ${server}.`, error, true);
  }
  return new ThroughlineError("unavailable", `The connection to ${server} was lost.`, {
    reason: "connection_lost",
    outcome: "unknown",
    retryable: true,
    cause: error,
  });
}

/** The error for an answer that did not come in time. */
export function timeoutError(limitMs: number, server: string, cause?: unknown): ThroughlineError {
  return new ThroughlineError("unavailable", `${server} did not answer within ${limitMs} ms.`, {
    reason: "timeout",
    outcome: "unknown",
    retryable: true,
    details: { limit_ms: limitMs },
    cause,
  });
}

function unavailable(reason: string, message: string, cause: unknown, retryable: boolean): ThroughlineError {
  return new ThroughlineError("unavailable", message, { reason, outcome: "refused", retryable, cause });
}

/** An error, its causes, and those that several addresses of one host gave. */
function* failuresOf(error: unknown): Generator<Failure> {
  let failure = error as Failure | undefined;
  for (let depth = 0; typeof failure === "object" && failure !== null && depth < 5; depth += 1) {
    // `fetch` wraps what happened in an error without a code.
    if (failure.code !== undefined && failure.errors === undefined) yield failure;
    for (const each of failure.errors ?? []) yield* failuresOf(each);
    failure = failure.cause as Failure | undefined;
  }
}

function isBeforeSending({ code, syscall }: Failure): boolean {
  return syscall === "connect" || syscall === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT";
}
