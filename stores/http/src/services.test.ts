/** The services over a server: what people do with it, with credentials as servers have them. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Throughline, guardStore } from "@throughline/core";
import { type CallerRole, createServer, listen } from "@throughline/server";
import { memoryStore } from "@throughline/store-memory";
import { makeCertificate } from "@throughline/test-servers";
import { expect, onTestFinished, test } from "vitest";
import { httpStore } from "./http-store.ts";

/** A server that knows a token for each role, all of one tenant; answers its address. */
async function serve(): Promise<string> {
  const throughline = new Throughline(guardStore(memoryStore()));
  const server = createServer({
    throughline,
    authenticate: ({ headers }) => {
      const role = /^Bearer secret-(reader|writer|admin)$/.exec(headers.get("authorization") ?? "")?.[1];
      return role === undefined ? undefined : { tenant: "acme", role: role as CallerRole };
    },
  });
  const running = await listen(server, { port: 0 });
  onTestFinished(async () => {
    await running.close();
    await throughline.close();
  });
  return running.url;
}

async function open(url: string, role: CallerRole, tenant = "acme"): Promise<Throughline> {
  return new Throughline(guardStore(await httpStore({ url, token: `secret-${role}` })), { tenant });
}

test("a writer can do everything with sessions and messages", async () => {
  const throughline = await open(await serve(), "writer");
  const { sessions, messages } = throughline;
  const session = await sessions.create({
    user: "ada",
    tool: "chat",
    externalKey: "k",
    metadata: { a: { b: -0 } },
  });
  const large = "A large text. ".repeat(400_000);
  const awkward = "NUL \0, half a pair \ud800, \u2028";
  await messages.append(session.id, [
    { role: "user", content: large },
    { role: "assistant", content: awkward },
    { role: "user", content: [{ type: "file", mediaType: "image/png", data: "AAAA" }] },
  ]);
  const { items } = await messages.list(session.id, { last: 2 });
  expect(items.map(({ content }) => content)).toEqual([
    awkward,
    [{ type: "file", mediaType: "image/png", data: "AAAA" }],
  ]);
  expect((await messages.list(session.id, { limit: 1 })).items[0]?.content).toBe(large);
  expect((await throughline.search({ text: "half pair" })).items).toHaveLength(1);
  await sessions.delete(session.id);
  await expect(sessions.get(session.id)).rejects.toMatchObject({ code: "not_found", reason: "session" });
  expect((await throughline.search({ text: "half pair" })).items).toHaveLength(0);
  expect((await sessions.undelete(session.id)).externalKey).toBe("k");
  expect(await throughline.stats()).toMatchObject({ messages: 3 });
});

test("a reader can read, and is refused everything else", async () => {
  const url = await serve();
  const { id } = await (await open(url, "writer")).sessions.create({ title: "Shared" });
  const reader = await open(url, "reader");
  expect((await reader.sessions.get(id)).title).toBe("Shared");
  const refused = { code: "forbidden", reason: "role", outcome: "refused", retryable: false };
  await expect(reader.sessions.create({})).rejects.toMatchObject(refused);
  const hidden = { type: "get", kind: "sessions", keys: [[id]], hidden: true } as const;
  await expect(reader.store.read({ tenant: "acme", requests: [hidden] })).rejects.toMatchObject(refused);
  await expect(reader.store.check()).rejects.toMatchObject(refused);
});

test("nobody reads or writes as another tenant", async () => {
  const url = await serve();
  const other = await open(url, "admin", "other");
  const refused = { code: "forbidden", reason: "tenant" };
  await expect(other.sessions.create({})).rejects.toMatchObject(refused);
  await expect(other.sessions.list({})).rejects.toMatchObject(refused);
  // An administrator, but of a guest.
  await expect(other.store.check()).rejects.toMatchObject({ code: "forbidden", reason: "role" });
});

test.for([{}, { token: "wrong" }])("the credentials %j open nothing", async (credentials) => {
  const opening = httpStore({ url: await serve(), ...credentials });
  await expect(opening).rejects.toMatchObject({
    code: "unauthorized",
    reason: "credentials",
    retryable: false,
  });
});

test("a certificate that nobody signed is refused before anything is sent", async () => {
  const folder = await mkdtemp(join(tmpdir(), "throughline-certificate-"));
  const { keyPath, pem } = makeCertificate(folder);
  let requests = 0;
  const server = createSecureServer({ key: await readFile(keyPath), cert: pem }, (_, response) => {
    requests += 1;
    response.end();
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  onTestFinished(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  const opening = httpStore({ url: `https://localhost:${port}`, token: "secret" });
  await expect(opening).rejects.toMatchObject({ code: "unavailable", reason: "tls", outcome: "refused" });
  expect(requests).toBe(0);
});
