/** What stops a store from being opened: each cause has its reason, and no call hangs. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { guardStore } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makePool } from "./driver.ts";
import { readOptions } from "./options.ts";
import { postgresStore } from "./postgres-store.ts";
import { judgeSettings } from "./server-facts.ts";
import { dropSchema, withClient } from "./test/raw-connection.ts";
import { insertSession, tenant } from "./test/records.ts";

const schema = testPostgresSchema();
const role = schema.replace("test", "role");

beforeAll(async () => {
  await (await postgresStore({ url: testPostgresUrl(), schema })).close();
  await withClient((client) =>
    client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA "${schema}" TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO ${role}`),
  );
});
afterAll(async () => {
  await withClient((client) => client.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`));
  await dropSchema(schema);
});

function urlWith(change: (url: URL) => void): string {
  const url = new URL(testPostgresUrl());
  change(url);
  return url.href;
}

const readerUrl = (): string =>
  urlWith((url) => {
    url.username = role;
    url.password = "reader";
  });

test.each([
  ["a wrong password", "authentication", (url: URL) => void (url.password = "wrong")],
  ["no password", "authentication", (url: URL) => void (url.password = "")],
  ["an unknown user", "authentication", (url: URL) => void (url.username = "nobody")],
  ["an unknown database", "unknown_database", (url: URL) => void (url.pathname = "/missing")],
  ["a port where nobody listens", "cannot_connect", (url: URL) => void (url.port = "1")],
  ["an unknown host", "cannot_connect", (url: URL) => void (url.hostname = "missing.invalid")],
  ["a server without TLS", "tls", (url: URL) => url.searchParams.set("sslmode", "verify-full")],
])("%s is unavailable/%s", async (_, reason, change) => {
  await expect(postgresStore({ url: urlWith(change), schema })).rejects.toMatchObject({
    code: "unavailable",
    reason,
    outcome: "refused",
  });
});

test("a server that does not answer is given up in time", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const opening = postgresStore({ url: `postgres://a:b@127.0.0.1:${port}/c`, timeouts: { connectMs: 200 } });
  await expect(opening).rejects.toMatchObject({ code: "unavailable", reason: "timeout", retryable: true });
  server.close();
});

test("a role that may not make a schema is told so; one that may only read can open and read", async () => {
  const missing = postgresStore({ url: readerUrl(), schema: `${schema}_x` });
  await expect(missing).rejects.toMatchObject({ code: "unavailable", reason: "permission" });
  const store = guardStore(await postgresStore({ url: readerUrl(), schema }));
  const request = { type: "get", kind: "sessions", keys: [["x"]] } as const;
  expect((await store.read({ tenant, requests: [request] })).answers).toEqual([[undefined]]);
  const refusal = { code: "unavailable", reason: "permission", outcome: "refused" };
  await expect(store.commit({ tenant, writes: [insertSession({ id: "x" })] })).rejects.toMatchObject(refusal);
  await store.close();
});

test("a database that is read-only refuses writes", async () => {
  const store = guardStore(
    await postgresStore({
      url: urlWith((url) => url.searchParams.set("options", "-c default_transaction_read_only=on")),
      schema,
    }),
  );
  const refusal = { code: "unavailable", reason: "read_only", outcome: "refused" };
  await expect(store.commit({ tenant, writes: [insertSession({ id: "x" })] })).rejects.toMatchObject(refusal);
  await store.close();
});

test.each(["postgres://me:a/b@host/work", "postgres://host:459310/work"])("no URL: %s", async (url) => {
  await expect(postgresStore({ url })).rejects.toMatchObject({ code: "invalid", reason: "store_url" });
});

test.each([
  ["url", { url: "mysql://host/database" }],
  ["schema", { schema: "Quoted" }],
  ["schema", { schema: "pg_own" }],
  ["url", { url: "postgres://localhost/work?schema=tests" }],
  ["maximum", { pool: { maximum: 0 } }],
  ["queryMs", { timeouts: { queryMs: 1.5 } }],
  ["colour", { colour: "red" }],
])("an option that makes no sense is refused: %s", async (option, given) => {
  const opening = postgresStore({ url: "postgres://127.0.0.1:1/x", ...given });
  await expect(opening).rejects.toMatchObject({ code: "invalid", reason: "option", details: { option } });
});

test("without the driver, the error says what to install", async () => {
  const load = () => Promise.reject(Object.assign(new Error("missing"), { code: "ERR_MODULE_NOT_FOUND" }));
  await expect(makePool(readOptions({ url: testPostgresUrl() }), load)).rejects.toMatchObject({
    code: "unsupported",
    reason: "missing_driver",
    message: expect.stringContaining("npm install pg") as string,
  });
});

const sound: readonly (readonly [string, string])[] = [
  ["server_version_num", "180004"],
  ["server_version", "18.4"],
  ["server_encoding", "UTF8"],
  ["fsync", "on"],
  ["full_page_writes", "on"],
  ["synchronous_commit", "on"],
];

test("weak settings and old servers are noticed", () => {
  const warnings: string[] = [];
  const judge = (name: string, value: string) =>
    judgeSettings(new Map([...sound, [name, value]]), (message) => warnings.push(message));
  expect(judge("fsync", "on")).toMatchObject({ durability: "power-loss" });
  expect(judge("synchronous_commit", "remote_apply")).toMatchObject({ durability: "power-loss" });
  expect(warnings).toEqual([]);
  for (const name of ["fsync", "full_page_writes", "synchronous_commit"]) {
    expect(judge(name, "off")).toMatchObject({ durability: "process-crash" });
    expect(warnings.at(-1)).toContain(`${name} = off`);
  }
  const refusal = (reason: string): unknown => expect.objectContaining({ code: "unavailable", reason });
  expect(() => judge("server_version_num", "140012")).toThrow(refusal("server_too_old"));
  expect(() => judge("server_encoding", "LATIN1")).toThrow(refusal("encoding"));
});

test("a database of another encoding is refused", async () => {
  const database = schema.replace("test", "latin");
  await withClient((client) =>
    client.query(
      `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'`,
    ),
  );
  const url = urlWith((one) => void (one.pathname = `/${database}`));
  await expect(postgresStore({ url, schema })).rejects.toMatchObject({
    code: "unavailable",
    reason: "encoding",
  });
  await withClient((client) => client.query(`DROP DATABASE ${database} WITH (FORCE)`));
});

test("a store whose settings are weak says so", async () => {
  const warnings: string[] = [];
  const store = await postgresStore({
    url: urlWith((url) => url.searchParams.set("options", "-c synchronous_commit=off")),
    schema,
    onWarning: (message) => warnings.push(message),
  });
  expect(store.capabilities.durability).toBe("process-crash");
  expect(warnings).toEqual([expect.stringContaining("synchronous_commit = off")]);
  await store.close();
});
