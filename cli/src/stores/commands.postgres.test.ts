/** The command line on a PostgreSQL server. */
import { maskSecrets } from "../mask-secrets.ts";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "../test/run-command.ts";
import { serveWithKeys } from "../test/serve-with-keys.ts";
import { silentServer } from "../test/silent-server.ts";
import { startServing } from "../test/start-serving.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { useEveryCommand } from "../test/use-every-command.ts";

/** The URL of an empty schema, which is dropped when the test is over. */
function emptySchema(): string {
  const schema = testPostgresSchema();
  onTestFinished(async () => {
    const client = new Client({ connectionString: testPostgresUrl() });
    await client.connect();
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.end();
  });
  return `${testPostgresUrl()}?schema=${schema}`;
}

test("every command works on PostgreSQL", async () => {
  const store = emptySchema();
  expect(new URL(store).password).not.toBe("");
  await useEveryCommand(store, maskSecrets(store));
});

test("a server may serve PostgreSQL, and hides the password", async () => {
  const store = emptySchema();
  const { url, printed } = await startServing(temporaryFolder(), store);
  expect(printed).toEqual({ url, store: maskSecrets(store), file: null });
  await useEveryCommand(url, url);
});

test("several processes share keys and events", () => serveWithKeys(emptySchema()));

test("the environment and the backend's settings name it, too", async () => {
  const environment = { STORAGE_BACKEND: "postgresql", STORAGE_CONNECTION_STRING: emptySchema() };
  expect(await runCommand(temporaryFolder(), ["stats"], environment)).toMatchObject({
    exitCode: 0,
    errors: "",
  });
});

test.each([
  ["a wrong password", (url: URL) => (url.password = "geheim"), /user or the password/],
  ["an unknown user", (url: URL) => (url.username = "nobody"), /user or the password/],
  ["an unknown database", (url: URL) => (url.pathname = "/missing"), /no such database/],
  ["a port where nothing listens", (url: URL) => (url.port = "1"), /can't be reached/],
  ["a schema's name that is none", (url: URL) => (url.search = "?schema=A-B"), /schema's name/],
  ["TLS that the server lacks", (url: URL) => (url.search = "?sslmode=verify-full"), /encrypted connection/],
])("%s is one clear line", async (_, change, message) => {
  const url = new URL(testPostgresUrl());
  change(url);
  for (const args of [["sessions"], ["import", "."], ["serve", "--port", "0"]]) {
    const { exitCode, output, errors } = await runCommand(temporaryFolder(), [...args, "--store", url.href]);
    expect(output).toBe("");
    expect(exitCode).toBe(/schema/.test(errors) ? 2 : 1);
    expect(errors).toMatch(/^throughline: [^\n]+\n$/);
    expect(errors).toMatch(message);
    expect(errors).not.toContain("geheim");
  }
});

test("a server that never answers is given up", async () => {
  const store = `postgres://me:geheim@127.0.0.1:${await silentServer()}/d`;
  const { exitCode, output, errors } = await runCommand(temporaryFolder(), ["sessions", "--store", store]);
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
  expect(errors).toMatch(/^throughline: [^\n]*(in time|time limit|could be reached)[^\n]*\n$/);
  expect(errors).not.toContain("geheim");
});
