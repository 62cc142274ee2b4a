import { testPostgresUrl } from "@throughline/test-servers";
import { Client } from "pg";

/** Runs what needs a connection of its own, past the store. */
export async function withClient<Result>(
  work: (client: Client) => Promise<Result>,
  url: string = testPostgresUrl(),
): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function dropSchema(schema: string): Promise<void> {
  await withClient((client) => client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`));
}
