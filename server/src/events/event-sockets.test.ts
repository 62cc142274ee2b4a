/** Events over real sockets: a thousand readers, slow ones, ones that go away, and a server that closes. */
import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { type Socket, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Write } from "@throughline/core";
import {
  type ListenOptions,
  type RunningServer,
  type ServerOptions,
  createKey,
  listen,
  revokeKey,
} from "@throughline/server";
import { afterEach, expect, test } from "vitest";
import { EventReader } from "../test/event-reader.ts";
import { type TestServer, testServer } from "../test/test-server.ts";

const running: RunningServer[] = [];
const clients: (ClientRequest | Socket)[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(
  options: Partial<ServerOptions> = {},
  listening: ListenOptions = {},
): Promise<TestServer & RunningServer> {
  const server = testServer(options);
  const listener = await listen(server.server, { port: 0, ...listening });
  running.push(listener);
  return { ...server, ...listener };
}

/** One client on a connection of its own: the positions that it was told, in order. */
async function follow(port: number, headers: Readonly<Record<string, string>> = {}) {
  const outgoing = httpRequest({ port, host: "127.0.0.1", path: "/events", headers, agent: false }).end();
  outgoing.on("error", () => undefined);
  clients.push(outgoing);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  expect(incoming.statusCode).toBe(200);
  const told = { positions: [] as number[], text: "", isOver: false, outgoing };
  incoming.setEncoding("utf8");
  incoming.on("data", (piece: string) => {
    told.text += piece;
    const end = told.text.lastIndexOf("\n\n");
    for (const [, position] of told.text.slice(0, end).matchAll(/^data: \{"position":(\d+)/gm)) {
      told.positions.push(Number(position));
    }
    told.text = told.text.slice(Math.max(0, end));
  });
  incoming.on("close", () => {
    told.isOver = true;
  });
  return told;
}

async function append({ throughline }: TestServer, session: string, count = 1): Promise<number[]> {
  const positions: number[] = [];
  for (let index = 0; index < count; index += 1) {
    await throughline.messages.append(session, [{ role: "user", content: "Hello" }]);
    const { store, tenant } = throughline;
    const { position } = await store.read({ tenant, requests: [] });
    positions.push(position);
  }
  return positions;
}

async function openStreams({ url }: RunningServer): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^throughline_event_streams (\d+)$/m.exec(text)?.[1]);
}

/** A batch whose entry of the feed is long: every change names its key. */
function manyRecords(batch: string): readonly Write[] {
  return Array.from({ length: 400 }, (_, index) => ({
    type: "insert",
    kind: "state",
    exists: "fail",
    record: {
      scope: "test",
      collection: batch,
      key: `${"x".repeat(200)} ${index}`,
      value: "",
      metadata: "",
      count: 0,
      updatedAt: 0,
      expiresAt: 0,
    },
  }));
}

test("a thousand clients at once get every event, in order", async () => {
  const server = await start();
  const id = await server.newSession();
  const all: Awaited<ReturnType<typeof follow>>[] = [];
  for (let count = 0; count < 1_000; count += 50) {
    all.push(...(await Promise.all(Array.from({ length: 50 }, () => follow(server.port)))));
  }
  const expected = await append(server, id, 60);
  await expect
    .poll(() => all.filter(({ positions }) => positions.length >= expected.length).length, {
      timeout: 60_000,
    })
    .toBe(1_000);
  for (const { positions } of all) expect(positions).toEqual(expected);
  // They go on, and those that leave are let go of.
  for (const { outgoing } of all.slice(500)) outgoing.destroy();
  const more = await append(server, id, 3);
  await expect
    .poll(() => all.slice(0, 500).every(({ positions }) => positions.at(-1) === more.at(-1)), {
      timeout: 60_000,
    })
    .toBe(true);
  for (const { outgoing } of all) outgoing.destroy();
  await expect.poll(() => openStreams(server), { timeout: 60_000, interval: 500 }).toBe(0);
});

test("a client that stops reading is cut off, and holds nobody up", async () => {
  const server = await start({ events: { bufferBytes: 64 * 1024 } });
  const id = await server.newSession();
  const slow = connect(server.port, "127.0.0.1");
  clients.push(slow);
  slow.on("error", () => undefined);
  slow.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(slow, "data");
  slow.pause();
  const quick = await follow(server.port);
  // What the system itself buffers for a socket is a few megabytes.
  const { store, tenant } = server.throughline;
  let batches = 0;
  while ((await openStreams(server)) > 1 && batches < 300) {
    batches += 1;
    await store.commit({ tenant, writes: manyRecords(`batch ${batches}`) });
  }
  expect(await openStreams(server)).toBe(1);
  await expect.poll(() => quick.positions.length, { timeout: 30_000 }).toBe(batches);
  const [last] = await append(server, id);
  await expect.poll(() => quick.positions.at(-1), { timeout: 30_000 }).toBe(last);
});

test("a stream ends soon after its key was revoked", async () => {
  const server = await start();
  const { key, record } = await createKey(server.throughline.store, { tenant: "t", role: "reader" });
  const response = await fetch(`${server.url}/events`, { headers: { "x-api-key": key } });
  const reader = new EventReader(response.body);
  const next = reader.next();
  await revokeKey(server.throughline.store, record.keyId);
  expect(await next).toMatchObject({ event: "end", data: { reason: "key_revoked" } });
  expect(await reader.next()).toBeUndefined();
  expect((await fetch(`${server.url}/events`, { headers: { "x-api-key": key } })).status).toBe(401);
});

test("closing ends streams at once, also of clients that do not read", async () => {
  const server = await start({}, { closeTimeoutMs: 60_000 });
  const id = await server.newSession();
  const response = await fetch(`${server.url}/events`);
  const reader = new EventReader(response.body);
  const others = await Promise.all(Array.from({ length: 20 }, () => follow(server.port)));
  const stuck = connect(server.port, "127.0.0.1");
  clients.push(stuck);
  stuck.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(stuck, "data");
  stuck.pause();
  await append(server, id);
  expect((await reader.next())?.event).toBe("change");
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(20_000);
  expect(await reader.next()).toMatchObject({ event: "end", data: { reason: "closing" } });
  expect(await reader.next()).toBeUndefined();
  await expect.poll(() => others.every(({ isOver }) => isOver)).toBe(true);
});

test("a stream that begins while the server closes does not hold it", async () => {
  const server = await start({}, { closeTimeoutMs: 60_000 });
  const id = await server.newSession();
  const begun = Promise.withResolvers<void>();
  const { list } = server.throughline.messages;
  server.throughline.messages.list = async (...given) => {
    begun.resolve();
    await sleep(200);
    return list.apply(server.throughline.messages, given);
  };
  // The second request waits on the connection of the first.
  const socket = connect(server.port, "127.0.0.1");
  clients.push(socket);
  socket.write(`GET /sessions/${id}/messages HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  socket.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await begun.promise;
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(20_000);
});
