import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import type { TestContext } from "vitest";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeCertificate } from "./certificate.ts";
import { startOrSkip } from "./missing-server.ts";
import type { PostgresOptions, PostgresServer } from "./start-postgres.ts";
import { startPostgres } from "./start-postgres.ts";
import { testPostgresSchema, testPostgresUrl } from "./test-databases.ts";

async function start(context: TestContext, options: PostgresOptions): Promise<PostgresServer> {
  const server = await startOrSkip(context, () => startPostgres(options));
  onTestFinished(() => server.stop());
  return server;
}

async function ask(connectionString: string, text: string, ssl?: { ca: string }): Promise<unknown[]> {
  const client = new Client({ connectionString, ...(ssl && { ssl }) });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}

describe.each(["npm", "system"] as const)("PostgreSQL of the source %s", (source) => {
  test("orders text by a language, keeps its data when it is killed, and ends clients' connections", async (context) => {
    const server = await start(context, { source });
    expect(await ask(server.url, "SHOW server_version")).toEqual([expect.stringContaining(server.version)]);
    const order = (collation: string) => ask(server.url, `SELECT 'a' < 'B' ${collation}`);
    expect(await order("")).toEqual([true]);
    expect(await order('COLLATE "C"')).toEqual([false]);
    await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS number");
    const client = new Client({ connectionString: server.url });
    // A connection that ends may say so more than once.
    const broken = new Promise((resolve) => client.on("error", resolve));
    await client.connect();

    await server.kill();
    await broken;
    await expect(ask(server.url, "SELECT 1")).rejects.toThrow("ECONNREFUSED");

    await server.restart();
    expect(await ask(server.url, "SELECT number FROM kept")).toEqual([42]);
    expect(await server.readLog()).toContain("automatic recovery in progress");
  });
});

test("settings and a password are taken, and a stopped server leaves nothing", async () => {
  const password = "p@ss/word";
  const server = await startPostgres({ password, settings: { statement_timeout: "1234ms" } });
  expect(await ask(server.url, "SHOW statement_timeout")).toEqual(["1234ms"]);
  const wrong = new URL(server.url);
  wrong.password = "wrong";
  await expect(ask(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  await server.stop();
  expect(existsSync(dirname(server.dataDirectory))).toBe(false);
});

test("with TLS, its certificate is trusted by those who have it", async (context) => {
  const { url, certificate = "" } = await start(context, { tls: true });
  const isEncrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
  expect(await ask(url, isEncrypted, { ca: certificate })).toEqual([true]);
  const folder = await mkdtemp(join(tmpdir(), "throughline-certificate-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const another = makeCertificate(folder);
  await expect(ask(url, isEncrypted, { ca: another.pem })).rejects.toThrow("self-signed");
});

test("the run's server is there, for as many schemas as there are tests", async () => {
  const schema = testPostgresSchema();
  expect(schema).not.toBe(testPostgresSchema());
  await ask(testPostgresUrl(), `CREATE SCHEMA ${schema}`);
  await ask(testPostgresUrl(), `DROP SCHEMA ${schema}`);
});

test("a server ends, and its folder goes, when the program that started it is killed", async () => {
  const module = JSON.stringify(fileURLToPath(new URL("start-postgres.ts", import.meta.url)));
  const program = `
    const { startPostgres } = await import(${module});
    const { url, dataDirectory } = await startPostgres();
    console.log(JSON.stringify({ url, dataDirectory }));
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, dataDirectory } = JSON.parse(line.toString()) as { url: string; dataDirectory: string };
  expect(await ask(url, "SELECT 1")).toEqual([1]);
  child.kill("SIGKILL");
  await expect.poll(() => existsSync(dirname(dataDirectory)), { timeout: 30_000 }).toBe(false);
  await expect(ask(url, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
});
