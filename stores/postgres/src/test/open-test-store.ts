import type { OpenForTest } from "@throughline/conformance";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { postgresStore } from "../postgres-store.ts";
import { dropSchema } from "./raw-connection.ts";

/** Opens a store in a schema of its own, which goes with it. */
export const openTestStore: OpenForTest = async ({ kinds }) => {
  const schema = testPostgresSchema();
  const open = () => postgresStore({ url: testPostgresUrl(), schema, kinds, pool: { maximum: 4 } });
  const store = await open();
  return {
    store,
    reopen: open,
    openAnother: open,
    dispose: async () => {
      await store.close();
      await dropSchema(schema);
    },
  };
};
