import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { once } from "node:events";
import { runCommand, runJson, startCommand } from "../test/run-command.ts";
import { serveWithKeys } from "../test/serve-with-keys.ts";
import { startServing } from "../test/start-serving.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

const keyPattern = /^tl_[0-9a-f]{16}_[\w-]{43}$/;

async function createKey(folder: string, ...words: readonly string[]): Promise<string> {
  const { exitCode, output, errors } = await runCommand(folder, ["keys", "create", ...words]);
  expect(exitCode, errors).toBe(0);
  expect(errors).toMatch(/^The key has the role \w+ in the tenant \w+.*\. It is not shown again\.\n$/);
  expect(output.trim()).toMatch(keyPattern);
  return output.trim();
}

test("keys are made, listed, revoked and forgotten", async () => {
  const folder = temporaryFolder();
  const store = ["--store", "a.db"];
  const first = await createKey(folder, "--role", "admin", "--name", "laptop", ...store);
  await createKey(folder, "--role", "reader", "--tenant", "acme", "--expires-in", "30d", ...store);
  const listed = await runCommand(folder, ["keys", "list", ...store]);
  const [header, second, ...rest] = listed.output.split("\n");
  expect(header).toMatch(/^PREFIX +ROLE +TENANT +NAME +CREATED +LAST USED +STATUS$/);
  expect(second).toMatch(/^tl_[0-9a-f]{16} +reader +acme +- .* good until \d{4}-/);
  expect(rest[0]).toMatch(/^tl_[0-9a-f]{16} +admin +default +laptop .* good$/);
  const prefix = first.slice(0, 19);
  expect((await runCommand(folder, ["keys", "revoke", prefix, ...store])).output).toBe("Revoked.\n");
  const { items } = (await runJson(folder, ["keys", "list", ...store])) as {
    items: readonly Readonly<Record<string, unknown>>[];
  };
  expect(items).toMatchObject([
    { role: "reader", tenant_id: "acme", revoked_at: null },
    { role: "admin", prefix, revoked_at: expect.any(String) as string },
  ]);
  await runCommand(folder, ["keys", "revoke", first, "--forget", ...store]);
  expect(((await runJson(folder, ["keys", "list", ...store])) as { items: unknown[] }).items).toHaveLength(1);
  // No secret is left in the file or its log.
  for (const name of ["a.db", "a.db-wal"]) {
    const path = join(folder, name);
    expect(existsSync(path) && readFileSync(path).includes(first.slice(20))).toBe(false);
  }
});

test.each([
  ["no role", "keys create", 2, /required option '--role/],
  ["another role", "keys create --role owner", 2, /Allowed choices are reader, writer, admin/],
  [
    "a tenant of the server's own",
    "keys create --role reader --tenant @throughline",
    2,
    /does not begin with @/,
  ],
  ["a time that is none", "keys create --role reader --expires-in soon", 2, /--expires-in takes minutes/],
  ["no key", "keys revoke", 2, /missing required argument 'key'/],
  ["an unknown command", "keys delete", 2, /unknown command 'delete'/],
  ["a key that is not there", "keys revoke tl_0123456789abcdef --store memory:", 1, /no such key.*keys list/],
])("%s is refused", async (_, line, exitCode, message) => {
  const folder = temporaryFolder();
  const finished = await runCommand(folder, line.split(" "));
  expect(finished).toMatchObject({ exitCode, output: "" });
  expect(finished.errors).toMatch(message);
});

test("a server is the store: operators administer its keys, and everybody sends theirs", async () => {
  const folder = temporaryFolder();
  const { url } = await startServing(folder, "a.db");
  const at = ["--store", url];
  // As long as there is none, none is needed.
  const admin = await createKey(folder, "--role", "admin", ...at);
  const as = (key: string, ...words: readonly string[]) =>
    runCommand(folder, [...words, ...at], { THROUGHLINE_API_KEY: key });
  await expect
    .poll(async () => (await runCommand(folder, ["sessions", ...at])).errors, { timeout: 60_000 })
    .toMatch(/needs an API key\. Put a key .* into THROUGHLINE_API_KEY\.\n$/);
  expect((await as(admin, "sessions")).exitCode).toBe(0);
  const made = await as(
    admin,
    "keys",
    "create",
    "--role",
    "reader",
    "--tenant",
    "acme",
    "--expires-in",
    "1h",
  );
  const reader = made.output.trim();
  expect(reader).toMatch(keyPattern);
  expect((await as(admin, "keys", "list")).output).toMatch(/reader +acme .* good until/);
  expect(await as(reader, "keys", "list")).toMatchObject({ exitCode: 2, output: "" });
  expect((await as(reader, "stats")).errors).toContain("THROUGHLINE_TENANT says whose data is meant");
  const acme = { THROUGHLINE_API_KEY: reader, THROUGHLINE_TENANT: "acme" };
  expect((await runCommand(folder, ["stats", ...at], acme)).exitCode).toBe(0);
  expect((await as(admin, "keys", "revoke", reader)).output).toBe("Revoked.\n");
  expect((await as(reader, "stats")).errors).toContain("This key was revoked.");
  const shown = await as(admin, "config");
  expect(shown.output).toMatch(/^api_key +\*\*\* +THROUGHLINE_API_KEY$/m);
  expect(shown.output).not.toContain(admin);
});

test("several processes share keys and events", () => serveWithKeys("shared.db"));

test("beyond loopback the store needs a key, and requests the right host", async () => {
  const folder = temporaryFolder();
  const serving = ["serve", "--host", "0.0.0.0", "--port", "0", "--store", "a.db"];
  const refused = await runCommand(folder, serving);
  expect(refused).toMatchObject({ exitCode: 2, output: "" });
  expect(refused.errors).toContain("throughline keys create");
  expect(existsSync(join(folder, "a.db"))).toBe(false);
  const key = await createKey(folder, "--role", "admin", "--store", "a.db");
  const child = startCommand(folder, [...serving, "--allow-host", "Sessions.example.com", "--json"], {
    THROUGHLINE_ALLOW_HOSTS: "not.this.one",
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  if (child.stdout === null) throw new Error("The process has no pipe.");
  const [data] = (await once(child.stdout, "data")) as [Buffer];
  const { url } = JSON.parse(data.toString()) as { url: string };
  const { port } = new URL(url);
  const ask = async (host: string, headers: Readonly<Record<string, string>> = { "x-api-key": key }) => {
    const { request } = await import("node:http");
    const outgoing = request({ port, path: "/sessions", headers: { host, ...headers }, agent: false }).end();
    const [incoming] = (await once(outgoing, "response")) as [{ statusCode: number; resume(): void }];
    incoming.resume();
    return incoming.statusCode;
  };
  expect(await ask("sessions.example.com")).toBe(200);
  expect(await ask("sessions.example.com:443")).toBe(200);
  expect(await ask("localhost")).toBe(200);
  expect(await ask("localhost", {})).toBe(401);
  expect(await ask("not.this.one")).toBe(403);
  expect(await ask("example.com")).toBe(403);
  expect(await ask("localhost", { "x-api-key": key, origin: "https://sessions.example.com" })).toBe(200);
  expect(await ask("localhost", { "x-api-key": key, origin: "https://evil.example" })).toBe(403);
});
