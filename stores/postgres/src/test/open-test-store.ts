import type { OpenForTest } from "@throughline/conformance";
import { EmptiedSchemas, testPostgresUrl } from "@throughline/test-servers";
import { postgresStore } from "../postgres-store.ts";

const schemas = new EmptiedSchemas();

/** Opens a store in an empty schema of its own. */
export const openEmptiedStore: OpenForTest = async ({ kinds }) => {
  const schema = schemas.take();
  const open = () => postgresStore({ url: testPostgresUrl(), schema, kinds, pool: { maximum: 4 } });
  const store = await open();
  return {
    store,
    reopen: open,
    openAnother: open,
    dispose: async () => {
      await store.close();
      await schemas.giveBack(schema);
    },
  };
};

/** Drops the schemas of `openEmptiedStore`. */
export async function dropEmptied(): Promise<void> {
  await schemas.drop();
}
