/** What SQLite's result codes mean to a caller. */
import { type CommitOutcome, ThroughlineError, isThroughlineError } from "@throughline/core";

/** Primary result codes (https://www.sqlite.org/rescode.html). */
const codes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
};

/** SQLite's primary result code, or undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  const name = "code" in error && typeof error.code === "string" ? error.code : "";
  return Object.entries(codeNames).find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** Drivers other than Node's own give names instead of numbers. */
const codeNames: Readonly<Record<string, number>> = {
  SQLITE_BUSY: codes.busy,
  SQLITE_LOCKED: codes.locked,
  SQLITE_READONLY: codes.readOnly,
  SQLITE_IOERR: codes.ioError,
  SQLITE_CORRUPT: codes.corrupt,
  SQLITE_FULL: codes.full,
  SQLITE_CANTOPEN: codes.cannotOpen,
  SQLITE_NOTADB: codes.notDatabase,
};

/** Whether another connection holds a lock that is needed. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === codes.busy || code === codes.locked;
}

interface Meaning {
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
}

const meanings = new Map<number, Meaning>([
  [codes.busy, { reason: "locked", message: "Another process keeps this database locked.", retryable: true }],
  [
    codes.locked,
    { reason: "locked", message: "Another process keeps this database locked.", retryable: true },
  ],
  [
    codes.readOnly,
    {
      reason: "read_only",
      message: "This database can't be written. Check the permissions of the file and of its folder.",
      retryable: false,
    },
  ],
  [
    codes.ioError,
    {
      reason: "io_error",
      message: "The disk could not be read or written. Check it, then try again.",
      retryable: true,
    },
  ],
  [
    codes.corrupt,
    {
      reason: "damaged",
      message:
        "This database is damaged. Restore a backup, or recover what is left with the sqlite3 shell (.recover).",
      retryable: false,
    },
  ],
  [
    codes.full,
    { reason: "disk_full", message: "The disk is full. Make room, then try again.", retryable: true },
  ],
  [
    codes.cannotOpen,
    {
      reason: "cannot_open",
      message: "This file can't be opened. It must be a file, in a folder that can be written.",
      retryable: false,
    },
  ],
  [
    codes.notDatabase,
    { reason: "not_a_database", message: "This file is not an SQLite database.", retryable: false },
  ],
]);

const unforeseen: Meaning = {
  reason: "store_failure",
  message: "SQLite failed in a way that the store does not know.",
  retryable: false,
};

/** An error of the store's own shape for one of SQLite. Unless told otherwise, nothing was written where it is thrown. */
export function toStoreError(error: unknown, outcome: CommitOutcome = "refused"): Error {
  if (isThroughlineError(error)) return error;
  const meaning = meanings.get(sqliteCode(error) ?? -1);
  const { reason, message, retryable } = meaning ?? unforeseen;
  return new ThroughlineError("unavailable", message, {
    reason,
    retryable,
    outcome,
    cause: error,
  });
}

/** Whether a connection that said so had better be opened anew. */
export function breaksConnection(error: unknown): boolean {
  const code = sqliteCode(error);
  // Not after an error of the disk. A commit that the disk did not confirm stands at the end of the log. This connection
  // writes the next one over it; a new one would take it for confirmed, and build on what a power cut takes away.
  return code === codes.corrupt || code === codes.cannotOpen || code === codes.notDatabase;
}

/**
 * An error for a `COMMIT` that failed. If the disk failed, the log may hold the whole transaction: nobody sees it, but if
 * all processes end before the next commit, whoever opens the file then does.
 */
export function toCommitError(error: unknown): Error {
  return toStoreError(error, sqliteCode(error) === codes.ioError ? "unknown" : "refused");
}
