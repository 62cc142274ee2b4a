import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { Client } from "pg";
import { describe } from "vitest";
import { PostgreSQLSessionStorage } from "throughline/storage";
import { tryStorage } from "./test/try-storage.ts";

describe("PostgreSQLSessionStorage", () => {
  tryStorage(() => {
    const schemas = new Map<string, string>();
    return {
      make: (name) => {
        const schema = schemas.get(name) ?? testPostgresSchema();
        schemas.set(name, schema);
        const url = `${testPostgresUrl()}?schema=${schema}`;
        return new PostgreSQLSessionStorage(url, { minPoolSize: 1, maxPoolSize: 4 });
      },
      clean: async () => {
        const client = new Client({ connectionString: testPostgresUrl() });
        await client.connect();
        for (const schema of schemas.values()) await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
        await client.end();
      },
    };
  });
});
