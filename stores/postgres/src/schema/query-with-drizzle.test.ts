import { and, eq } from "drizzle-orm";
import { QueryBuilder } from "drizzle-orm/pg-core";
import { messages, sessions } from "@throughline/store-postgres/schema";
import { guardStore } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { expect, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { dropSchema, withClient } from "../test/raw-connection.ts";
import { append, insertSession, tenant } from "../test/records.ts";

test("people can join the tables in queries of their own", async () => {
  const schema = testPostgresSchema();
  const store = guardStore(await postgresStore({ url: testPostgresUrl(), schema }));
  await store.commit({
    tenant,
    writes: [insertSession({ id: "s", title: "A trip" }), append("s", "a", "b")],
  });
  await store.close();
  const query = new QueryBuilder()
    .select({ title: sessions.title, text: messages.content, count: sessions.messageCount })
    .from(messages)
    .innerJoin(sessions, eq(sessions.sessionId, messages.sessionId))
    .where(and(eq(sessions.sessionId, "s"), eq(messages.seq, 2)))
    .toSQL();
  const rows = await withClient(async (client) => {
    // The test's schema has a name of its own.
    const text = query.sql.replaceAll('"throughline".', `"${schema}".`);
    return (await client.query({ text, values: query.params, rowMode: "array" })).rows;
  });
  expect(rows).toEqual([["A trip", "Message b", "2"]]);
  await dropSchema(schema);
});
