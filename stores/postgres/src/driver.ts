/** The driver `pg`, loaded when a store is opened. Nothing else of this package imports it. */
import { ThroughlineError } from "@throughline/core";
import type * as Driver from "pg";
import type { ClientConfig, CustomTypesConfig, Pool, PoolConfig } from "pg";
import type { Settings } from "./options.ts";

/** By object identifiers of types (https://www.postgresql.org/docs/current/catalog-pg-type.html): bytea and int8. */
const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [17, parseBytes],
  [20, Number],
]);

/**
 * Makes a pool of pipelined connections.
 *
 * @throws ThroughlineError `unsupported/missing_driver` where `pg` is not installed.
 */
export async function makePool(
  settings: Settings,
  load: () => Promise<typeof Driver> = () => import("pg"),
): Promise<Pool> {
  const { url, maximum, timeouts } = settings;
  const pg = await load().catch(missingDriver);
  const types: CustomTypesConfig = {
    getTypeParser: (oid, format) =>
      parsers.get(oid) ?? (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
  };
  const config: PoolConfig = {
    connectionString: url,
    max: maximum,
    // Queries are sent without waiting for the answers to those before them.
    pipeline: true,
    types,
    application_name: "throughline",
    client_encoding: "UTF8",
    connectionTimeoutMillis: timeouts.connectMs,
    query_timeout: timeouts.queryMs,
    idleTimeoutMillis: 30_000,
    // Over a dead link the end of a connection is never confirmed: that keeps no process from ending.
    allowExitOnIdle: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    verify: (client, done) => {
      client.query(sessionSettings(settings), (error: Error | undefined) => done(error));
    },
  };
  const pool = new pg.Pool({ ...config, Client: endingClient(pg) });
  // Says that an idle connection broke. The pool has dropped it by then; the next use opens another.
  pool.on("error", () => undefined);
  // A connection that breaks between its making and its lending has no other listener, and would end the process.
  pool.on("connect", (client) => void client.on("error", () => undefined));
  return pool;
}

/**
 * A client that hangs up when it could not connect. The driver's own leaves the connection open where the server waits
 * for a password that the client does not have: the server would keep it for a minute, and so would this process.
 */
function endingClient(pg: typeof Driver): typeof Driver.Client {
  return class extends pg.Client {
    constructor(config?: string | ClientConfig) {
      super(config);
      // The pool connects with a callback, and forgets a client that fails.
      const connect = this.connect.bind(this) as (callback: ConnectCallback) => void;
      this.connect = ((callback: ConnectCallback): void =>
        connect((error, client) => {
          if (error !== null && error !== undefined) this.end(() => undefined);
          callback(error, client);
        })) as typeof this.connect;
    }
  };
}

type ConnectCallback = (error: Error | null | undefined, client: Driver.Client) => void;

/** Set by statements rather than when connecting, since connection poolers refuse what they don't know. */
function sessionSettings({ timeouts }: Settings): string {
  const settings = {
    statement_timeout: timeouts.statementMs,
    lock_timeout: timeouts.lockMs,
    idle_in_transaction_session_timeout: timeouts.queryMs,
    // Whatever the defaults of the database or the user are.
    default_transaction_isolation: "'read committed'",
    bytea_output: "'hex'",
    // No statement of a store is long enough to be worth compiling, or starting other processes for.
    jit: "off",
    max_parallel_workers_per_gather: 0,
    // Each of them has its index. Statistics that lag behind must not say otherwise, nor cost a new plan each time.
    enable_seqscan: "off",
    plan_cache_mode: "force_generic_plan",
  };
  return Object.entries(settings)
    .map(([name, value]) => `SET ${name} = ${value}`)
    .join("; ");
}

function parseBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), "hex"));
}

function missingDriver(cause: unknown): never {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw cause;
  throw new ThroughlineError("unsupported", "The driver of PostgreSQL is missing: npm install pg", {
    reason: "missing_driver",
    details: { package: "pg" },
    cause,
  });
}
