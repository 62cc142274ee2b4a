/** Opens a database file so that the store can rely on it: right owner, right version, right modes. */
import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Kind } from "@throughline/core";
import { ThroughlineError } from "@throughline/core";
import { Connection } from "./connection.ts";
import { openDatabase } from "./driver.ts";
import { retryFairly } from "./fair-retry.ts";
import { readVersion, requireLatest } from "./migrations/file-owner.ts";
import { migrate } from "./migrations/migrate.ts";
import { toStoreError } from "./sqlite-error.ts";
import { syncFolders } from "./sync-folders.ts";

/** Before this version, several connections to one WAL file could damage it. */
const OLDEST_SQLITE = [3, 51, 3] as const;
/** Pages of the log before it is folded into the file: rarer, larger checkpoints keep single commits quick. */
const CHECKPOINT_PAGES = 4_000;

export interface FileOptions {
  readonly path: string;
  readonly readOnly: boolean;
  /** Whether each commit waits until the disk has it. */
  readonly synced: boolean;
}

/** Makes the file if it is missing, and brings its schema to this release's version. */
export async function prepareFile(options: FileOptions, kinds: readonly Kind[]): Promise<void> {
  const { path, readOnly } = options;
  if (!readOnly) makeFile(path);
  const connection = openRaw(options);
  try {
    // Even the first look at a file may meet the lock of a process that is just making it.
    await retryFairly(() => checkVersion(connection));
    const version = await retryFairly(() => readVersion(connection.database));
    if (readOnly) return requireLatest(version);
    await retryFairly(() => connection.exec("PRAGMA journal_mode = WAL"));
    await migrate(connection.database, { kinds });
  } catch (error) {
    throw toStoreError(error);
  } finally {
    connection.close();
  }
}

/** A connection to a prepared file. What is deleted through it is overwritten: its pages may stay in the file for long. */
export function openConnection(options: FileOptions): Connection {
  const connection = openRaw(options);
  try {
    connection.exec(`PRAGMA synchronous = ${options.synced ? "FULL" : "NORMAL"};
      PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA secure_delete = ON;
      PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA mmap_size = 0;
      PRAGMA trusted_schema = OFF`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function openRaw({ path, readOnly }: FileOptions): Connection {
  try {
    return new Connection(openDatabase(path, { readOnly }));
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Conversations are private: a new file is its owner's alone (SQLite gives its companions the same mode). */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // A pipe would be waited for without end.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === false) throw new Error("not a file");
    closeSync(openSync(path, "a", 0o600));
    // Also for a file that somebody made, and was killed before it was a database.
    if (found === undefined || found.size === 0) syncFolders(path);
  } catch (cause) {
    throw openError(path, cause);
  }
}

/** What stops a file from being made that is not about the file. */
const openReasons: Readonly<Record<string, string>> = { ENOSPC: "disk_full", EIO: "io_error" };

function openError(path: string, cause: unknown): ThroughlineError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const isRefused = ["EROFS", "EACCES", "EPERM"].includes(code) && existsSync(path);
  const reason = isRefused ? "read_only" : (openReasons[code] ?? "cannot_open");
  const message = isRefused
    ? `${path} can't be written (${code}). Check the permissions of the file and of its folder, or open it for reading.`
    : `${path} can't be opened${code === "" ? "" : ` (${code})`}. It must be a file, in a folder that can be written.`;
  return new ThroughlineError("unavailable", message, { reason, outcome: "refused", cause });
}

function checkVersion(connection: Connection): void {
  const version = String(connection.readRow("SELECT sqlite_version()")?.[0]);
  const parts = version.split(".").map(Number);
  const difference =
    OLDEST_SQLITE.map((part, index) => (parts[index] ?? 0) - part).find((value) => value !== 0) ?? 0;
  if (difference >= 0) return;
  const oldest = OLDEST_SQLITE.join(".");
  throw new ThroughlineError(
    "unavailable",
    `This SQLite is ${version}; before ${oldest} several connections could damage a file. Use a newer Node.`,
    { reason: "sqlite_too_old", outcome: "refused", details: { version, oldest } },
  );
}
