/** What the driver's errors mean to a caller. */
import { ThroughlineError, isThroughlineError } from "@throughline/core";

/** A document of this `_id` is there (or of another unique key): what the log is decided by. */
const DUPLICATE_KEY = 11_000;

interface WriteError {
  readonly code?: number;
  readonly index?: number;
}

/** What is known of the driver's errors: told by name, because the driver is loaded only when it is needed. */
interface DriverError extends Error {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly cause?: unknown;
  readonly result?: { getWriteConcernError?(): unknown };
  /** One, or a list of them. */
  readonly writeErrors?: WriteError | readonly WriteError[];
}

interface Meaning {
  readonly reason: string;
  readonly message: string;
  readonly retryable?: true;
}

const authentication: Meaning = {
  reason: "authentication",
  message: "MongoDB refused the user name or the password.",
};
const permission: Meaning = {
  reason: "permission",
  message: "This user may not do that in this database of MongoDB. It needs the role readWrite.",
};
const notPrimary: Meaning = {
  reason: "not_primary",
  message: "This server of MongoDB takes no writes now: it is not the primary. Name the whole replica set.",
  retryable: true,
};
const timeout: Meaning = {
  reason: "timeout",
  message: "MongoDB did not answer within the time limit.",
  retryable: true,
};
const cannotConnect: Meaning = {
  reason: "cannot_connect",
  message: "No MongoDB server can be reached. Check host, port and network, and that it runs.",
  retryable: true,
};
const connectionLost: Meaning = {
  reason: "connection_lost",
  message: "The connection to MongoDB was lost.",
  retryable: true,
};
const tls: Meaning = {
  reason: "tls",
  message:
    "The encrypted connection to MongoDB could not be made. Check the certificates and the URL's tls options.",
};
const poolExhausted: Meaning = {
  reason: "pool_exhausted",
  message: "All connections to MongoDB were busy until the time limit.",
  retryable: true,
};
const unsupportedServer: Meaning = {
  reason: "unsupported_server",
  message: "This server is too old for the installed driver, or too new. MongoDB 5.0 or newer is needed.",
};
const tooLarge: Meaning = {
  reason: "record_too_large",
  message: "MongoDB takes no document beyond 16 MiB.",
};
const unforeseen: Meaning = {
  reason: "store_failure",
  message: "MongoDB failed in a way that the store does not know.",
};

/** By the server's codes (src/mongo/base/error_codes.yml). */
const byCode = new Map<unknown, Meaning>([
  [11, authentication],
  [18, authentication],
  [8000, authentication],
  [13, permission],
  [31_254, permission],
  [50, timeout],
  [10_107, notPrimary],
  [13_435, notPrimary],
  [13_436, notPrimary],
  [10_058, notPrimary],
  [189, notPrimary],
  [91, { ...notPrimary, reason: "shutting_down", message: "This server of MongoDB is shutting down." }],
  [11_600, { ...notPrimary, reason: "shutting_down", message: "This server of MongoDB is shutting down." }],
  [11_602, notPrimary],
  [
    14_031,
    {
      reason: "disk_full",
      message: "The disk of MongoDB's server is full. Make room, then try again.",
      retryable: true,
    },
  ],
  [10_334, tooLarge],
  [17_280, tooLarge],
  [17_419, tooLarge],
  [17_420, tooLarge],
  ["ERR_OUT_OF_RANGE", tooLarge],
]);

/** Codes with which a server says that it wrote nothing. After all others a write may have happened. */
const refusing = new Set<unknown>([
  DUPLICATE_KEY,
  11,
  18,
  8000,
  13,
  31_254,
  10_107,
  13_435,
  10_058,
  14_031,
  10_334,
  17_280,
  17_419,
  17_420,
  "ERR_OUT_OF_RANGE",
]);

const byName = new Map<string, Meaning>([
  ["MongoWaitQueueTimeoutError", poolExhausted],
  ["MongoNetworkTimeoutError", timeout],
  ["MongoNetworkError", connectionLost],
  ["MongoPoolClearedError", connectionLost],
  [
    "MongoWriteConcernError",
    {
      ...timeout,
      reason: "not_replicated",
      message: "The write did not reach a majority of the replica set in time.",
    },
  ],
  ["MongoMissingCredentialsError", authentication],
  // The client was replaced by one that has found the server.
  ...[
    "MongoTopologyClosedError",
    "MongoServerClosedError",
    "MongoClientClosedError",
    "MongoNotConnectedError",
  ].map((name): [string, Meaning] => [name, connectionLost]),
]);

/** Whether the driver says that a document of this key is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && (error as DriverError).code === DUPLICATE_KEY;
}

/** Whether all that went wrong in many writes is that a document of that key is there already. */
export function isOnlyDuplicateKeys(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== "MongoBulkWriteError") return isDuplicateKey(error);
  const { writeErrors = [], result } = error as DriverError;
  // Those that were written have to be at a majority, too.
  if (result?.getWriteConcernError?.() !== undefined) return false;
  const errors = [writeErrors].flat();
  return errors.length > 0 && errors.every(({ code }) => code === DUPLICATE_KEY);
}

/** Which of many writes failed, by their places in the list that was sent. */
export function failedIndexes(error: unknown): ReadonlySet<number> {
  const { writeErrors = [] } = error as DriverError;
  return new Set([writeErrors].flat().map(({ index = 0 }) => index));
}

/** Whether a write that failed like this can't have been carried out, nor will be later. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, code } = error as DriverError;
  if (name === "MongoWaitQueueTimeoutError" || name === "MongoServerSelectionError") return true;
  return name !== "MongoWriteConcernError" && name !== "MongoBulkWriteError" && refusing.has(code);
}

/** An error of the store's own shape for one of the driver. */
export function toStoreError(error: unknown, outcome: "refused" | "unknown" = "refused"): Error {
  if (isThroughlineError(error)) return error;
  const { reason, message, retryable = false } = meaningOf(error);
  return new ThroughlineError("unavailable", message, { reason, outcome, retryable, cause: error });
}

function meaningOf(error: unknown): Meaning {
  if (!(error instanceof Error)) return unforeseen;
  const { name, code } = error as DriverError;
  if (name === "MongoServerSelectionError") return selectionMeaning(error);
  if (isTls(error)) return tls;
  return byCode.get(code) ?? byName.get(name) ?? unforeseen;
}

/** Why no server could be chosen: what the driver last heard of one. */
function selectionMeaning(error: DriverError): Meaning {
  if (/wire version/.test(error.message)) return unsupportedServer;
  const causes = causesOf(error);
  if (causes.some(isTls)) return tls;
  const known = causes.map(({ code }) => byCode.get(code)).find((meaning) => meaning !== undefined);
  if (known !== undefined) return known;
  if (causes.some(({ name }) => name === "MongoNetworkTimeoutError")) return timeout;
  return cannotConnect;
}

function causesOf(error: DriverError): DriverError[] {
  const causes: DriverError[] = [];
  const add = (cause: unknown): void => {
    if (!(cause instanceof Error) || causes.includes(cause)) return;
    causes.push(cause);
    add(cause.cause);
  };
  add(error.cause);
  const { servers } = (error.reason ?? {}) as { servers?: ReadonlyMap<string, { error?: unknown }> };
  for (const { error: heard } of servers?.values() ?? []) add(heard);
  return causes;
}

function isTls({ code, message }: DriverError): boolean {
  return (
    (typeof code === "string" && /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)) ||
    /certificate|SSL routines|TLS connection/i.test(message)
  );
}
