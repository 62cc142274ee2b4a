/** What servers refuse, and what is no server: each cause has its reason, and every call ends within its time limit. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToldHistory, historyTenant, testKinds, writeEntry } from "@throughline/conformance";
import { guardStore } from "@throughline/core";
import { startOrSkip, startPostgres } from "@throughline/test-servers";
import { Client } from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { withClient } from "../test/raw-connection.ts";
import { endsInTime, expectKept, fileServer, newHistory, openLine, schema } from "./test/open-line.ts";
import { shortTimeouts } from "./test/short-timeouts.ts";

const readNothing = { tenant: historyTenant, requests: [] } as const;

describe("what is no PostgreSQL server", () => {
  const impostors: readonly (readonly [name: string, make: () => Server, reason: string])[] = [
    ["an HTTP server", () => createHttpServer((_, response) => response.end("no")), "connection_lost"],
    ["one that hangs up", () => createServer((socket) => void socket.end()), "connection_lost"],
    [
      "one that talks nonsense",
      () => createServer((socket) => void socket.end("nonsense ".repeat(20))),
      "connection_lost",
    ],
    ["one that is silent", () => createServer(), "timeout"],
  ];

  test.for(impostors)("%s", async ([, make, reason]) => {
    const server = make();
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const opening = postgresStore({ url: `postgres://u:p@127.0.0.1:${port}/d`, timeouts: shortTimeouts });
    await endsInTime(opening);
    await expect(opening).rejects.toMatchObject({ code: "unavailable", reason, outcome: "refused" });
  });
});

describe("certificates", () => {
  test("one that nobody vouches for is refused, and taken with its authority", async (context) => {
    const server = await startOrSkip(context, () => startPostgres({ tls: true, fsync: false }));
    onTestFinished(() => server.stop());
    const folder = await mkdtemp(join(tmpdir(), "throughline-certificate-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const authority = join(folder, "authority.crt");
    await writeFile(authority, server.certificate ?? "");
    const open = (parameters: Record<string, string>, hostname = "127.0.0.1") => {
      const url = new URL(server.url);
      url.hostname = hostname;
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return postgresStore({ url: url.href });
    };
    const refusal = { code: "unavailable", reason: "tls", outcome: "refused", retryable: false };
    await expect(open({ sslmode: "verify-full" })).rejects.toMatchObject(refusal);
    // A name of this machine that the certificate does not hold.
    await expect(open({ sslmode: "verify-full", sslrootcert: authority }, "127.0.0.2")).rejects.toMatchObject(
      { code: "unavailable" },
    );
    const store = await open({ sslmode: "verify-full", sslrootcert: authority });
    await store.close();
  });
});

test("a server that is gone at the start is cannot_connect", async (context) => {
  const server = await fileServer(context);
  await server.kill();
  const opening = postgresStore({ url: server.url, schema, timeouts: shortTimeouts });
  await endsInTime(opening);
  await expect(opening).rejects.toMatchObject({
    code: "unavailable",
    reason: "cannot_connect",
    retryable: true,
  });
  await server.restart();
});

/** Holds a lock on a table that commits write to, as a transaction that somebody forgot does. */
async function lockMessages(url: string): Promise<{ release(): Promise<void> }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE "${schema}"."messages" IN SHARE MODE`);
  return { release: () => client.end() };
}

describe("a lock that another program holds", () => {
  test.for([
    ["longer than the limit for locks is contention", "contention", { lockMs: 300 }],
    ["longer than the limit for statements is a timeout", "timeout", { statementMs: 300 }],
  ] as const)("%s", async ([, reason, timeouts], context) => {
    const line = await openLine(context, { timeouts });
    const history = await newHistory(line);
    const told = new ToldHistory();
    const { release } = await lockMessages(line.server.url);
    for (const id of ["a", "d"]) {
      const commit = writeEntry(line.store, history, id);
      await endsInTime(commit);
      await expect(commit).rejects.toMatchObject({
        code: "unavailable",
        reason,
        outcome: "refused",
        retryable: true,
      });
    }
    // Reads don't wait for it.
    await line.store.read({
      tenant: historyTenant,
      requests: [{ type: "get", kind: "sessions", keys: [[history]] }],
    });
    await release();
    for (const id of ["a", "d"]) told.acknowledged.set(id, await writeEntry(line.store, history, id));
    await expectKept(line, history, told);
  });

  test("and that keeps the only connection busy makes other calls pool_exhausted", async (context) => {
    const line = await openLine(context, { timeouts: { connectMs: 300 }, maximum: 1 });
    const history = await newHistory(line);
    const told = new ToldHistory();
    const { release } = await lockMessages(line.server.url);
    const commit = writeEntry(line.store, history, "a");
    // A second one waits with it, and shares its fate.
    const second = writeEntry(line.store, history, "d");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const read = line.store.read(readNothing);
    await endsInTime(read);
    await expect(read).rejects.toMatchObject({
      code: "unavailable",
      reason: "pool_exhausted",
      retryable: true,
    });
    await release();
    told.acknowledged.set("a", await commit);
    told.acknowledged.set("d", await second);
    await line.store.read(readNothing);
    await expectKept(line, history, told);
  });
});

test("a server without a free connection is too_many_connections, and not for those who have one", async (context) => {
  const settings = { max_connections: "6", superuser_reserved_connections: "0", max_wal_senders: "0" };
  const server = await startOrSkip(context, () => startPostgres({ settings, fsync: false }));
  onTestFinished(() => server.stop());
  const open = () => postgresStore({ url: server.url, schema, timeouts: shortTimeouts });
  const store = guardStore(await open());
  const clients: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: server.url });
    try {
      await client.connect();
      clients.push(client);
    } catch {
      break;
    }
  }
  await expect(open()).rejects.toMatchObject({
    code: "unavailable",
    reason: "too_many_connections",
    outcome: "refused",
    retryable: true,
  });
  await store.read(readNothing);
  await Promise.all(clients.map((client) => client.end()));
  await store.close();
  await (await open()).close();
});

describe("another deployment on the same schema", () => {
  const open = (url: string, name: string) => postgresStore({ url, schema: name, kinds: testKinds });

  test("[M12] that is newer lets no older one in", async (context) => {
    const { url } = await fileServer(context);
    const older = guardStore(await open(url, "newer"));
    const version = "UPDATE newer.store_info SET value = '99' WHERE name = 'schema_version'";
    await withClient((client) => client.query(version), url);
    await expect(open(url, "newer")).rejects.toMatchObject({
      code: "unavailable",
      reason: "newer_schema",
      outcome: "refused",
      retryable: false,
    });
    await older.close();
  });

  test("that takes the schema away from an open store is not_a_throughline_database", async (context) => {
    const { url } = await fileServer(context);
    const store = guardStore(await open(url, "gone"));
    const line = { direct: store };
    const history = await newHistory(line);
    for (const id of ["a", "d"]) await writeEntry(store, history, id);
    await withClient((client) => client.query("ALTER SCHEMA gone RENAME TO elsewhere"), url);
    const refusal = { code: "unavailable", reason: "not_a_throughline_database", outcome: "refused" };
    for (const id of ["e", "h"]) await expect(writeEntry(store, history, id)).rejects.toMatchObject(refusal);
    await expect(store.read(readNothing)).rejects.toMatchObject(refusal);
    await store.close();
  });
});

test("a server that turns read-only refuses writes, and takes them again", async (context) => {
  const line = await openLine(context);
  const history = await newHistory(line);
  const turn = (statement: string) =>
    withClient(async (client) => {
      await client.query("SET default_transaction_read_only = off");
      await client.query(`ALTER SYSTEM ${statement}`);
      await client.query("SELECT pg_reload_conf()");
    }, line.server.url);
  let count = 0;
  const write = () =>
    writeEntry(line.store, history, `e${(count += 1)}`).then(
      () => "written",
      (error: unknown) => error,
    );
  await turn("SET default_transaction_read_only = on");
  // The setting reaches each connection a little later.
  const refused = { code: "unavailable", reason: "read_only", outcome: "refused", retryable: true };
  await expect.poll(write, { timeout: 10_000 }).toMatchObject(refused);
  await line.store.read(readNothing);
  await turn("RESET default_transaction_read_only");
  await expect.poll(write, { timeout: 10_000 }).toBe("written");
});
