import { type OpenForTest, testKinds } from "@throughline/conformance";
import { productKinds } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { postgresStore } from "../postgres-store.ts";
import { dropSchema, withClient } from "./raw-connection.ts";

/** Opens a store in a schema of its own, which goes with it. */
export const openTestStore: OpenForTest = async ({ kinds }) => {
  const schema = testPostgresSchema();
  return openIn(schema, kinds, () => dropSchema(schema));
};

/** Emptied schemas, each of which is used by one store at a time. */
const emptied: string[] = [];

/** The same, for tests that open stores by the thousand: schemas are emptied rather than made anew. */
export const openEmptiedStore: OpenForTest = async ({ kinds }) => {
  const schema = emptied.pop() ?? testPostgresSchema();
  return openIn(schema, kinds, async () => {
    await emptySchema(schema);
    emptied.push(schema);
  });
};

/** Drops the schemas of `openEmptiedStore`. */
export async function dropEmptied(): Promise<void> {
  for (const schema of emptied.splice(0)) await dropSchema(schema);
}

async function openIn(
  schema: string,
  kinds: Parameters<OpenForTest>[0]["kinds"],
  dispose: () => Promise<void>,
): ReturnType<OpenForTest> {
  const open = () => postgresStore({ url: testPostgresUrl(), schema, kinds, pool: { maximum: 4 } });
  const store = await open();
  return {
    store,
    reopen: open,
    openAnother: open,
    dispose: async () => {
      await store.close();
      await dispose();
    },
  };
}

const tables = [
  ...[...productKinds, ...testKinds].map(({ name }) => name).filter((name) => name !== "sessions"),
  "session_rows",
  "session_logs",
  "removed_keys",
  "changes",
  "feed_floors",
  "operations",
  "search_index",
  "search_progress",
];

async function emptySchema(schema: string): Promise<void> {
  const deletions = tables.map((table) => `DELETE FROM "${schema}"."${table}"`);
  await withClient((client) => client.query(deletions.join("; ")));
}
