/** What failures of PostgreSQL, and of the way to it, mean to a caller. */
import type { CommitOutcome, ErrorCode } from "@throughline/core";
import { ThroughlineError, isThroughlineError } from "@throughline/core";

interface Meaning {
  readonly code?: ErrorCode;
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
}

const contention: Meaning = {
  reason: "contention",
  message: "Others write the same records. Try again.",
  retryable: true,
};
const authentication: Meaning = {
  reason: "authentication",
  message: "The server refused the user or the password.",
  retryable: false,
};
const cannotConnect: Meaning = {
  reason: "cannot_connect",
  message: "The server can't be reached. Check host, port and network, and that it runs.",
  retryable: true,
};
const timeout: Meaning = {
  reason: "timeout",
  message: "The server did not answer in time.",
  retryable: true,
};
const tls: Meaning = {
  reason: "tls",
  message: "No encrypted connection could be made. Check the certificate, and sslmode in the URL.",
  retryable: false,
};
const poolExhausted: Meaning = {
  reason: "pool_exhausted",
  message: "All connections of the pool are in use. Try again, or raise pool.maximum.",
  retryable: true,
};
const damaged: Meaning = {
  reason: "damaged",
  message: "The server found damage in this database. Restore a backup.",
  retryable: false,
};
const notOurs: Meaning = {
  reason: "not_a_throughline_database",
  message: "The tables of this schema are gone, or not those of Throughline.",
  retryable: false,
};
const lost: Meaning = {
  reason: "connection_lost",
  message: "The connection to the server was lost.",
  retryable: true,
};
const unforeseen: Meaning = {
  reason: "store_failure",
  message: "PostgreSQL failed in a way that the store does not know.",
  retryable: false,
};

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const meanings = new Map<string, Meaning>([
  ["08P01", lost],
  [
    "25006",
    { reason: "read_only", message: "This database can't be written: it is read-only.", retryable: true },
  ],
  ["28000", authentication],
  ["28P01", authentication],
  ["3D000", { reason: "unknown_database", message: "The server has no such database.", retryable: false }],
  ["3F000", notOurs],
  ["40001", contention],
  ["40P01", contention],
  [
    "42501",
    { reason: "permission", message: "The database user lacks a right that is needed.", retryable: false },
  ],
  ["42883", notOurs],
  ["42P01", notOurs],
  [
    "53100",
    {
      reason: "disk_full",
      message: "The server's disk is full. Make room, then try again.",
      retryable: true,
    },
  ],
  ["53200", { reason: "out_of_memory", message: "The server ran out of memory.", retryable: true }],
  [
    "53300",
    { reason: "too_many_connections", message: "The server takes no more connections.", retryable: true },
  ],
  [
    "54000",
    {
      code: "too_large",
      reason: "key",
      message: "The texts of a key are too long together: an index of PostgreSQL holds about 2,600 bytes.",
      retryable: false,
    },
  ],
  ["55P03", contention],
  ["57014", timeout],
  ["25P03", lost],
  ["57P01", lost],
  ["57P02", lost],
  ["57P03", cannotConnect],
  ["57P05", lost],
  ["58030", { reason: "io_error", message: "The server could not read or write its disk.", retryable: true }],
  ["XX001", damaged],
  ["XX002", damaged],
]);

/** Codes of Node's network and TLS, and the driver's own words where it has no codes. */
const connectionFailures: readonly (readonly [pattern: RegExp, meaning: Meaning])[] = [
  [/^timeout exceeded when trying to connect/, poolExhausted],
  [/connection timeout|Query read timeout|timeout expired/i, timeout],
  [/^(ETIMEDOUT)/, timeout],
  [/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|EACCES)/, cannotConnect],
  [/SSL|TLS|CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL|ALTNAME/i, tls],
  [/^SASL|password/i, authentication],
  [/Connection terminated|ECONNRESET|EPIPE|connection error|not queryable|socket/i, lost],
];

interface ServerError extends Error {
  readonly code: string;
  readonly severity: string;
}

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && "severity" in error && "code" in error && typeof error.code === "string";
}

/** The SQLSTATE of an error that the server told. */
function sqlState(error: unknown): string | undefined {
  return isServerError(error) ? error.code : undefined;
}

/**
 * Whether the server answered that it did not carry the statement out, and goes on. Otherwise the connection is gone, and
 * the statement may have been carried out: a server that stops tells so after a commit, too.
 */
export function isAnswer(error: unknown): boolean {
  if (isThroughlineError(error)) return true;
  return isServerError(error) && error.severity !== "FATAL" && error.severity !== "PANIC";
}

/** An error of the store's own shape. `outcome` is what is known of a commit. */
export function toStoreError(error: unknown, outcome: CommitOutcome = "refused"): Error {
  if (isThroughlineError(error)) return error;
  const { code = "unavailable", reason, message, retryable } = meaningOf(error);
  const state = sqlState(error);
  return new ThroughlineError(code, message, {
    reason,
    retryable,
    outcome,
    ...(state !== undefined && { details: { sqlstate: state } }),
    cause: error,
  });
}

function meaningOf(error: unknown): Meaning {
  const state = sqlState(error);
  if (state !== undefined) return meanings.get(state) ?? (state.startsWith("08") ? lost : unforeseen);
  // Several addresses of one host that all failed.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return unforeseen;
  const code = "code" in first && typeof first.code === "string" ? first.code : "";
  for (const text of [code, first.message]) {
    const found = connectionFailures.find(([pattern]) => text !== "" && pattern.test(text));
    if (found !== undefined) return found[1];
  }
  return unforeseen;
}
