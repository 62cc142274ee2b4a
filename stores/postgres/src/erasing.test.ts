import { Throughline, guardStore } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { expect, test, vi } from "vitest";
import { postgresStore } from "./postgres-store.ts";
import { dropSchema, withClient } from "./test/raw-connection.ts";

/** The columns of a schema in whose rows a text is found: any column, as text. */
async function columnsWith(schema: string, text: string): Promise<readonly string[]> {
  return withClient(async (client) => {
    const { rows } = await client.query<{ table_name: string; column_name: string; data_type: string }>(
      `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE c.table_schema = $1 AND t.table_type = 'BASE TABLE'`,
      [schema],
    );
    const found: string[] = [];
    for (const { table_name: table, column_name: column, data_type: type } of rows) {
      const value = type === "bytea" ? `encode("${column}", 'escape')` : `"${column}"::text`;
      const { rows: hits } = await client.query(
        `SELECT 1 FROM "${schema}"."${table}" WHERE ${value} LIKE $1 LIMIT 1`,
        [`%${text}%`],
      );
      if (hits.length > 0) found.push(`${table}.${column}`);
    }
    return found;
  });
}

test("what is erased is in no column of any table, but for its id", async () => {
  const schema = testPostgresSchema();
  const throughline = new Throughline(guardStore(await postgresStore({ url: testPostgresUrl(), schema })));
  try {
    const { id } = await throughline.sessions.create({ title: "zyzzyva title", metadata: { of: "zyzzyva" } });
    const some = Array.from({ length: 450 }, (_, index) => ({
      role: "user" as const,
      content: `zyzzyva ${index}`,
    }));
    await throughline.messages.append(id, some);
    await throughline.messages.append(id, [{ role: "tool", content: `zyzzyva ${"words ".repeat(30_000)}` }]);
    await throughline.messages.append(id, [{ role: "user", content: "zyzzyva", parentId: null }]);
    expect((await throughline.search({ text: "zyzzyva" })).items.length).toBeGreaterThan(0);
    const before = await columnsWith(schema, "zyzzyva");
    expect(before).toEqual(expect.arrayContaining(["messages.content", "session_rows.title"]));
    const receipt = await throughline.sessions.delete(id, { erase: true });
    expect(receipt.removed).toMatchObject({ sessions: 1, messages: 452, branches: 1, blobs: 1 });
    // The index follows a moment later.
    await vi.waitFor(async () => expect(await columnsWith(schema, "zyzzyva")).toEqual([]), {
      timeout: 20_000,
      interval: 200,
    });
    await throughline.gc({ policy: { feedDays: 0, operationsDays: 0 } });
    const named = await columnsWith(schema, id);
    expect(named.filter((column) => !/^(?:changes|state|removed_keys)\./.test(column))).toEqual([]);
    expect(await throughline.store.check()).toEqual([]);
  } finally {
    await throughline.close();
    await dropSchema(schema);
  }
}, 60_000);
