import type { Capabilities } from "@throughline/core";
import { ThroughlineError } from "@throughline/core";
import type { Connection } from "./database.ts";

/**
 * The oldest major version that the store is tested with.
 *
 * @internal exported for tests
 */
export const OLDEST_MAJOR = 15;

/** What a store in PostgreSQL declares, on a server whose settings are sound. */
export const postgresCapabilities: Capabilities = {
  name: "postgresql",
  durability: "power-loss",
  unknownOutcomes: true,
  shared: true,
  search: "index",
};

/** Settings that a server must have for an acknowledged write to survive a loss of power. */
const safe = {
  fsync: ["on"],
  full_page_writes: ["on"],
  synchronous_commit: ["on", "local", "remote_write", "remote_apply"],
};

const names = ["server_version_num", "server_version", "server_encoding", ...Object.keys(safe)];

/** Reads a server's settings, and judges them. */
export async function readCapabilities(
  connection: Connection,
  onWarning: (message: string) => void,
): Promise<Capabilities> {
  const sql = `SELECT ${names.map((name) => `current_setting('${name}')`).join(", ")}`;
  const [row] = await connection.query(sql);
  return judgeSettings(new Map(names.map((name, index) => [name, String(row?.[index])])), onWarning);
}

/**
 * Whether a server can keep the store's promises, and what it promises with these settings.
 *
 * @throws ThroughlineError `unavailable`: `server_too_old`, `encoding`.
 *
 * @internal exported for tests
 */
export function judgeSettings(
  settings: ReadonlyMap<string, string>,
  onWarning: (message: string) => void,
): Capabilities {
  const major = Math.floor(Number(settings.get("server_version_num")) / 10_000);
  if (major < OLDEST_MAJOR) {
    const message = `This is PostgreSQL ${settings.get("server_version")}; version ${OLDEST_MAJOR} or newer is needed.`;
    throw refused("server_too_old", message, {
      version: settings.get("server_version"),
      oldest: OLDEST_MAJOR,
    });
  }
  const encoding = settings.get("server_encoding");
  if (encoding !== "UTF8") {
    const message = `The database has the encoding ${encoding}; it must be UTF8, which CREATE DATABASE decides.`;
    throw refused("encoding", message, { encoding });
  }
  const weak = Object.entries(safe).filter(([name, values]) => !values.includes(settings.get(name) ?? ""));
  for (const [name] of weak) {
    onWarning(
      `The server has ${name} = ${settings.get(name)}: a crash of the server may lose writes that were acknowledged.`,
    );
  }
  return weak.length === 0 ? postgresCapabilities : { ...postgresCapabilities, durability: "process-crash" };
}

function refused(reason: string, message: string, details: Record<string, unknown>): ThroughlineError {
  return new ThroughlineError("unavailable", message, { reason, outcome: "refused", details });
}
