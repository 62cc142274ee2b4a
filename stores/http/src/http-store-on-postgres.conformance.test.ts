/** The whole suite over a real socket, against the real server on PostgreSQL. */
import { runConformance } from "@throughline/conformance";
import { postgresStore } from "@throughline/store-postgres";
import { EmptiedSchemas, testPostgresUrl } from "@throughline/test-servers";
import { afterAll, describe, test } from "vitest";
import { type Backend, openServed } from "./test/open-served.ts";

const schemas = new EmptiedSchemas();
afterAll(() => schemas.drop());

async function postgresBackend(): Promise<Backend> {
  const schema = schemas.take();
  return {
    outlives: true,
    open: (kinds) => postgresStore({ url: testPostgresUrl(), schema, kinds, pool: { maximum: 4 } }),
    dispose: () => schemas.giveBack(schema),
  };
}

describe("on PostgreSQL", () => {
  runConformance({ test, open: openServed(postgresBackend) });
});
