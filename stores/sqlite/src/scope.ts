import type { Connection } from "./connection.ts";
import type { RowCache } from "./row-cache.ts";

/** What one batch or read works in: a connection inside its transaction, one tenant, and the sessions met so far. */
export class Scope {
  readonly connection: Connection;
  /** The tenant's number; 0 while nothing was ever written for it. */
  tenant: number;
  /** What is known of rows, by kind; undefined where the file may be as nobody else will see it. */
  readonly rows: ReadonlyMap<string, RowCache> | undefined;
  readonly #sessionKeys = new Map<string, number>();

  constructor(connection: Connection, tenant: number, rows?: ReadonlyMap<string, RowCache>) {
    this.connection = connection;
    this.tenant = tenant;
    this.rows = rows;
  }

  /** The number of a session, or undefined where there is none. */
  findSessionKey(session: string): number | undefined {
    const known = this.#sessionKeys.get(session);
    if (known !== undefined) return known;
    const row = this.connection.readRow(
      `SELECT session_key FROM session_rows WHERE session_id = ? AND tenant = ?`,
      session,
      this.tenant,
    );
    if (row === undefined) return undefined;
    this.#sessionKeys.set(session, row[0] as number);
    return row[0] as number;
  }

  learnSessionKey(session: string, key: number): void {
    this.#sessionKeys.set(session, key);
  }

  forgetSessionKey(session: string): void {
    this.#sessionKeys.delete(session);
  }
}
