/** First statistics of a store that is filled. Until the server gathers its own, plans are those of empty tables. */
import type { Database } from "./database.ts";

/** After so many commits of this process the tables are looked at. */
const LOOK_AFTER: ReadonlySet<number> = new Set([100, 1_000]);
/** A table that had fewer rows when it was analysed last is analysed again. */
const FEW_ROWS = 100;
const tables = ["session_rows", "session_logs", "messages", "operations", "changes"];

export class Statistics {
  readonly #database: Database;
  #commits = 0;
  #running: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  noteCommit(): void {
    this.#commits += 1;
    // What fails is left to the server, which analyses by itself in a minute or so.
    if (!LOOK_AFTER.has(this.#commits)) return;
    this.#running ??= this.#analyse()
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #analyse(): Promise<void> {
    const { schema } = this.#database;
    await this.#database.use(async (connection) => {
      const known = await connection.query(
        `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.reltuples < ${FEW_ROWS}
          AND pg_has_role(c.relowner, 'USAGE')`,
        [schema, tables],
      );
      for (const [table] of known) await connection.execute(`ANALYZE "${schema}"."${String(table)}"`);
    });
  }

  async close(): Promise<void> {
    await this.#running;
  }
}
