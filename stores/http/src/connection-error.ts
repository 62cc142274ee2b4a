/** What kept a request from being answered, as an error of ours. */
import { type CommitOutcome, ThroughlineError } from "@throughline/core";

/** What Node's `fetch` says of the connection; browsers say nothing. */
interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

interface Kind {
  readonly reason: string;
  readonly outcome: CommitOutcome;
  readonly retryable: boolean;
  readonly message: (server: string) => string;
}

const certificate: Kind = {
  reason: "tls",
  // Before there is a secure connection nothing is sent.
  outcome: "refused",
  retryable: false,
  message: (server) => `The certificate of ${server} is not one to trust.`,
};
const insecure: Kind = {
  reason: "tls",
  outcome: "unknown",
  retryable: false,
  message: (server) => `There is no secure connection to ${server}.`,
};
const hostNotFound: Kind = {
  reason: "host_not_found",
  outcome: "refused",
  retryable: false,
  message: (server) => `The host of ${server} is not known.`,
};
const cannotConnect: Kind = {
  reason: "cannot_connect",
  outcome: "refused",
  retryable: true,
  message: (server) => `Nothing answers at ${server}. Check host, port and network, and that it runs.`,
};
const blockedPort: Kind = {
  reason: "cannot_connect",
  outcome: "refused",
  retryable: false,
  message: (server) =>
    `The port of ${server} is one that no web client connects to, because it belongs to another protocol.`,
};
const notHttp: Kind = {
  reason: "foreign_answer",
  outcome: "unknown",
  retryable: false,
  message: (server) => `What answers at ${server} does not speak HTTP.`,
};
const lost: Kind = {
  reason: "connection_lost",
  outcome: "unknown",
  retryable: true,
  message: (server) => `The connection to ${server} was lost.`,
};

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_/;
const lookUpCode = /^(?:ENOTFOUND|EAI_)/;
const tlsCode = /^(?:EPROTO$|ERR_SSL_|ERR_TLS_)/;
/** A name: not every version gives it a code. */
const parserError = "HTTPParserError";
/** A message: it has nothing else. The ports are those of the Fetch standard, such as 1 and 6000. */
const badPort = "bad port";

/**
 * The error for a request that `fetch` could not carry out. Only where there surely was no connection it is `refused`;
 * otherwise the request may have arrived.
 */
export function connectionError(error: unknown, server: string): ThroughlineError {
  const { reason, outcome, retryable, message } = kindOf(failuresOf(error));
  return new ThroughlineError("unavailable", message(server), { reason, outcome, retryable, cause: error });
}

/** The error for an answer that did not come in time. */
export function timeoutError(limitMs: number, server: string, cause: unknown): ThroughlineError {
  return new ThroughlineError("unavailable", `${server} did not answer within ${limitMs} ms.`, {
    reason: "timeout",
    outcome: "unknown",
    retryable: true,
    details: { limit_ms: limitMs },
    cause,
  });
}

function kindOf(failures: readonly Failure[]): Kind {
  const codes = failures.map(({ code }) => String(code));
  const has = (pattern: RegExp): boolean => codes.some((code) => pattern.test(code));
  if (has(certificateCode)) return certificate;
  if (has(tlsCode)) return insecure;
  if (has(lookUpCode)) return hostNotFound;
  if (failures.some(({ name }) => name === parserError)) return notHttp;
  if (failures.some(({ message }) => message === badPort)) return blockedPort;
  return failures.length > 0 && failures.every(isBeforeSending) ? cannotConnect : lost;
}

/** What tells something of an error, its causes, and the errors of several addresses of one host. */
function failuresOf(error: unknown, depth = 0): readonly Failure[] {
  if (typeof error !== "object" || error === null || depth > 5) return [];
  const { name, code, message, cause, errors = [] } = error as Failure;
  const inner = [...errors, cause].flatMap((each) => failuresOf(each, depth + 1));
  // The error of several addresses has the code of one of them.
  const tells = (code !== undefined && errors.length === 0) || name === parserError || message === badPort;
  return tells ? [error, ...inner] : inner;
}

function isBeforeSending({ code, syscall }: Failure): boolean {
  return syscall === "connect" || code === "UND_ERR_CONNECT_TIMEOUT";
}
