import type { Kind } from "@throughline/core";
import { ThroughlineError } from "@throughline/core";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`, with the parameters that `pg` knows, such as `sslmode`. */
  readonly url: string;
  /** The schema that holds the tables: small letters, digits and `_`. It is made if it is missing. Default: `throughline`. */
  readonly schema?: string;
  /** Record kinds beside the product's; each gets a table. */
  readonly kinds?: readonly Kind[];
  readonly pool?: {
    /** The most connections at once. Default: 10. */
    readonly maximum?: number;
  };
  readonly timeouts?: PostgresTimeouts;
  /** Told of settings of the server that weaken what the store promises. Default: nobody. */
  readonly onWarning?: (message: string) => void;
}

/** All in milliseconds. */
export interface PostgresTimeouts {
  /** To connect, and to wait for a free connection. Default: 10,000. */
  readonly connectMs?: number;
  /** To wait for an answer; then the connection is given up. Default: 15,000. */
  readonly queryMs?: number;
  /** After which the server gives a statement up. Shorter than `queryMs`, so that its answer arrives. Default: 12,000. */
  readonly statementMs?: number;
  /** To wait for a lock, such as another process's commit. Default: 8,000. */
  readonly lockMs?: number;
}

export interface Settings {
  readonly url: string;
  readonly schema: string;
  readonly kinds: readonly Kind[];
  readonly maximum: number;
  readonly timeouts: Required<PostgresTimeouts>;
  readonly onWarning: (message: string) => void;
}

const optionNames: ReadonlySet<string> = new Set(["url", "schema", "kinds", "pool", "timeouts", "onWarning"]);
const poolNames: ReadonlySet<string> = new Set(["maximum"]);
const defaultTimeouts: Required<PostgresTimeouts> = {
  connectMs: 10_000,
  queryMs: 15_000,
  statementMs: 12_000,
  lockMs: 8_000,
};

/** Checks options and fills in what was not given. */
export function readOptions(options: PostgresStoreOptions): Settings {
  checkNames(options, optionNames, "postgresStore");
  const { url, schema = "throughline", kinds = [], pool = {}, timeouts = {}, onWarning } = options;
  checkNames(pool, poolNames, "pool");
  checkNames(timeouts, new Set(Object.keys(defaultTimeouts)), "timeouts");
  if (typeof url !== "string" || !/^postgres(ql)?:\/\//.test(url)) {
    throw invalidOption("The url begins with postgres:// and names the database.", "url");
  }
  if (!URL.canParse(url)) {
    throw new ThroughlineError(
      "invalid",
      "This is no URL of PostgreSQL: percent-encode what is no letter or digit in user and password; a port is a number below 65,536.",
      { reason: "store_url", outcome: "refused" },
    );
  }
  if (/[?&]schema=/.test(url)) {
    throw invalidOption("The driver takes no schema from the URL: name it by the option schema.", "url");
  }
  if (typeof schema !== "string" || !/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith("pg_")) {
    throw invalidOption("A schema's name has small letters, digits and _, and no pg_ before it.", "schema");
  }
  const { maximum = 10 } = pool;
  for (const [name, value] of Object.entries({ maximum, ...timeouts })) {
    if (!Number.isSafeInteger(value) || value < 1 || value > 2_147_483_647) {
      throw invalidOption(`${name} is a whole number above 0.`, name);
    }
  }
  return {
    url,
    schema,
    kinds,
    maximum,
    timeouts: { ...defaultTimeouts, ...timeouts },
    onWarning: onWarning ?? (() => undefined),
  };
}

function checkNames(options: object, names: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(options).find((name) => !names.has(name));
  if (unknown !== undefined) throw invalidOption(`${where} has no option ${unknown}.`, unknown);
}

function invalidOption(message: string, option: string): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason: "option", details: { option } });
}
