import { guardStore } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { expect, onTestFinished, test } from "vitest";
import { postgresStore } from "./postgres-store.ts";
import { dropSchema, withClient } from "./test/raw-connection.ts";
import { append, insertSession, tenant } from "./test/records.ts";

test("a store that is filled has statistics before the server gathers them", async () => {
  const schema = testPostgresSchema();
  onTestFinished(() => dropSchema(schema));
  const store = guardStore(await postgresStore({ url: testPostgresUrl(), schema }));
  await store.commit({ tenant, writes: [insertSession({ id: "s" })] });
  const ids = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
  await Promise.all(ids.map((id) => store.commit({ tenant, writes: [append("s", id)] })));
  await store.close();
  await withClient(async (client) => {
    const { rows } = await client.query<{ reltuples: number }>(
      `SELECT reltuples FROM pg_class WHERE oid = '"${schema}".messages'::regclass`,
    );
    expect(rows[0]?.reltuples).toBeGreaterThan(90);
  });
});
