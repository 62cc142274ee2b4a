import { DatabaseSync } from "node:sqlite";
import { and, eq, sql } from "drizzle-orm";
import { QueryBuilder } from "drizzle-orm/sqlite-core";
import { messages, sessions } from "@throughline/store-sqlite/schema";
import { expect, test } from "vitest";
import { migrate } from "../migrations/migrate.ts";
import { addSession } from "./test/add-session.ts";

test("people can join the views in queries of their own", async () => {
  const database = new DatabaseSync(":memory:");
  await migrate(database);
  addSession(database, { key: 1, id: "first", messages: ["One", "Two"] });
  addSession(database, { key: 2, id: "second", messages: ["Three"] });
  const query = new QueryBuilder()
    .select({
      id: sessions.sessionId,
      text: messages.content,
      count: sql<number>`${sessions.messageCount} + 0`,
    })
    .from(messages)
    .innerJoin(sessions, eq(sessions.sessionKey, messages.sessionKey))
    .where(and(eq(sessions.sessionId, "first"), eq(messages.seq, 2)))
    .toSQL();
  const rows = database.prepare(query.sql).all(...(query.params as (string | number)[]));
  expect(rows.map((row) => Object.values(row))).toEqual([["first", "Two", 2]]);
});
