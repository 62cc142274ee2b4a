import { createHash } from "node:crypto";
import { ThroughlineError, isThroughlineError } from "@throughline/core";
import type { SqlRow, SqlValue } from "@throughline/store-sql";
import type { Pool, PoolClient, QueryArrayConfig } from "pg";
import { makePool } from "./driver.ts";
import type { Settings } from "./options.ts";
import { isAnswer, toStoreError } from "./postgres-error.ts";

/** A value of a statement; lists are arrays of the database. */
export type PostgresValue = SqlValue | boolean | readonly string[];

/** Statements that are prepared on each connection; those beyond are parsed each time. */
const PREPARED = 500;
const names = new Map<string, string>();

/**
 * The name of a prepared statement; undefined where there are too many. Texts are few: their values are parameters. It is
 * made of the text: behind a pooler that hands connections on, a name must never mean another process's statement.
 */
function nameOf(sql: string): string | undefined {
  let name = names.get(sql);
  if (name === undefined && names.size < PREPARED) {
    name = `throughline_${createHash("sha256").update(sql).digest("hex").slice(0, 32)}`;
    names.set(sql, name);
  }
  return name;
}

export interface QueryOptions {
  /** How long to wait for the answer, in milliseconds. Default: that of the pool. */
  readonly timeoutMs?: number;
}

/** A connection that nobody else uses for the time being. Statements are sent at once and carried out in order. */
export class Connection {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  /** Runs one statement, which is prepared once a connection. */
  async query(
    sql: string,
    values: readonly PostgresValue[] = [],
    { timeoutMs }: QueryOptions = {},
  ): Promise<readonly SqlRow[]> {
    const name = nameOf(sql);
    const config: QueryArrayConfig<PostgresValue[]> = {
      text: sql,
      values: [...values],
      rowMode: "array",
      ...(name !== undefined && { name }),
      ...(timeoutMs !== undefined && { query_timeout: timeoutMs }),
    };
    const { rows } = await this.#client.query<(SqlValue | boolean)[], PostgresValue[]>(config);
    return rows;
  }

  /** Runs statements that have no values, several if there are. */
  async execute(sql: string, { timeoutMs }: QueryOptions = {}): Promise<void> {
    await this.#client.query({ text: sql, ...(timeoutMs !== undefined && { query_timeout: timeoutMs }) });
  }

  /** Sends a statement without waiting for it. Should it fail, those after it on this connection fail as well. */
  send(sql: string): void {
    this.#client.query(sql).catch(() => undefined);
  }

  /** Runs statements that are written all or not at all. */
  async transaction<Result>(begin: string, work: () => Promise<Result>): Promise<Result> {
    this.send(begin);
    try {
      const result = await work();
      await this.execute("COMMIT");
      return result;
    } catch (error) {
      this.send("ROLLBACK");
      throw error;
    }
  }
}

/** After a server was restarted, every connection of the pool is broken. */
const ATTEMPTS = 3;

const beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/** The connections of a store. */
export class Database {
  readonly schema: string;
  readonly #pool: Pool;

  constructor(schema: string, pool: Pool) {
    this.schema = schema;
    this.#pool = pool;
  }

  static async open(settings: Settings): Promise<Database> {
    return new Database(settings.schema, await makePool(settings));
  }

  /**
   * Lends a connection. One that broke is not given back.
   *
   * @throws ThroughlineError `unavailable`, outcome `refused`, where there is none. Errors of `work` stay as they are.
   */
  async use<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const client = await this.#connect();
    let isBroken = false;
    const onError = (): void => {
      isBroken = true;
    };
    client.on("error", onError);
    try {
      return await work(new Connection(client));
    } catch (error) {
      isBroken ||= !isAnswer(error);
      throw error;
    } finally {
      client.removeListener("error", onError);
      client.release(isBroken);
    }
  }

  /**
   * Runs reads that see one state of the database. The end of the transaction is not waited for: what was read is known
   * without it. A connection that turns out to be broken is replaced.
   */
  async readTogether<Result>(read: (connection: Connection) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#readOnce(read);
      } catch (error) {
        const known = toStoreError(error);
        const isLost = isThroughlineError(known) && known.reason === "connection_lost";
        if (!isLost || attempt === ATTEMPTS) throw known;
      }
    }
  }

  async #readOnce<Result>(read: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.use(async (connection) => {
      connection.send(beginRead);
      try {
        return await read(connection);
      } finally {
        connection.send("COMMIT");
      }
    });
  }

  async #connect(): Promise<PoolClient> {
    if (this.#pool.ending) {
      throw new ThroughlineError("closed", "The store is closed.", { reason: "closed", outcome: "refused" });
    }
    try {
      return await this.#pool.connect();
    } catch (error) {
      const { totalCount, options } = this.#pool;
      const isConnecting =
        (error as Error).message.startsWith("timeout exceeded") && totalCount < options.max;
      // The pool says the same of a connection that it waits to be made.
      throw toStoreError(isConnecting ? new Error("connection timeout", { cause: error }) : error);
    }
  }

  /** Ends all connections, when those that are lent were given back. Closing again does nothing. */
  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }
}
