/** The whole suite over a real socket, against the real server on PostgreSQL. */
import { runConformance } from "@throughline/conformance";
import { postgresStore } from "@throughline/store-postgres";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { describe, test } from "vitest";
import { type Backend, openServed } from "./test/open-served.ts";

async function postgresBackend(): Promise<Backend> {
  const schema = testPostgresSchema();
  return {
    outlives: true,
    open: (kinds) => postgresStore({ url: testPostgresUrl(), schema, kinds, pool: { maximum: 4 } }),
    dispose: async () => undefined,
  };
}

describe("on PostgreSQL", () => {
  runConformance({ test, open: openServed(postgresBackend) });
});
