import { Client } from "pg";
import { testPostgresSchema, testPostgresUrl } from "./test-databases.ts";

/** What a store writes into a schema when it is made, and needs for as long as the schema is there. */
const kept = ["store_info"];

/**
 * Schemas of the run's PostgreSQL for tests that open stores by the hundred. A store leaves its tables to the next one,
 * without their rows: to make and drop them takes ten times as long.
 */
export class EmptiedSchemas {
  readonly #free: string[] = [];

  /** A schema that nobody else uses: new, or empty again. */
  take(): string {
    return this.#free.pop() ?? testPostgresSchema();
  }

  /** Empties a schema whose stores are closed. */
  async giveBack(schema: string): Promise<void> {
    await withRunsClient(async (client) => {
      const { rows } = await client.query<{ tablename: string }>(
        "SELECT tablename FROM pg_tables WHERE schemaname = $1 AND NOT tablename = ANY ($2)",
        [schema, kept],
      );
      const deletions = rows.map(({ tablename }) => `DELETE FROM "${schema}"."${tablename}"`);
      await client.query(deletions.join("; "));
    });
    this.#free.push(schema);
  }

  /** Drops all that were given back. */
  async drop(): Promise<void> {
    await withRunsClient(async (client) => {
      for (const schema of this.#free.splice(0)) await client.query(`DROP SCHEMA "${schema}" CASCADE`);
    });
  }
}

async function withRunsClient(work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: testPostgresUrl() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
