import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFreePort } from "./free-port.ts";
import type { LinkMode } from "./link-mode.ts";
import type { Proxy } from "./start-proxy.ts";
import { startProxy } from "./start-proxy.ts";

/** Answers each piece with the same, and notes what it got. */
let server: Server;
let port: number;
let received: string;
let ended: number;
let proxies: Proxy[];
let clients: Client[];

beforeEach(async () => {
  received = "";
  ended = 0;
  proxies = [];
  clients = [];
  port = await findFreePort();
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (content) => {
      received += content.toString();
      socket.write(content);
    });
    socket.on("end", () => {
      ended += 1;
      socket.end("bye");
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  for (const client of clients) client.socket.destroy();
  for (const proxy of proxies) proxy.stop();
  server.close();
});

async function start(mode: LinkMode = {}): Promise<Proxy> {
  const proxy = await startProxy({ target: port, mode });
  proxies.push(proxy);
  return proxy;
}

/** A connection, with what it got and how it ended. */
class Client {
  readonly socket: Socket;
  got = "";
  error: string | undefined;
  hasEnd = false;

  constructor(proxy: Proxy) {
    this.socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.on("data", (content) => (this.got += content.toString()));
    this.socket.on("end", () => (this.hasEnd = true));
    this.socket.on("error", (error: NodeJS.ErrnoException) => (this.error = error.code));
    clients.push(this);
  }
}

/** Waits until something is so. A busy machine may take its time. */
function eventually<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 20_000 });
}

async function says(client: Client, text: string): Promise<void> {
  await eventually(() => client.got).toBe(text);
}

async function fails(client: Client, code: string): Promise<void> {
  await eventually(() => client.error).toBe(code);
}

/** Long enough for what would pass to have passed. */
const aWhile = 100;

test("a sound link passes everything in both directions, and counts it", async () => {
  const proxy = await start();
  const client = new Client(proxy);
  const text = "x".repeat(3_000_000);
  client.socket.write(text);
  await says(client, text);
  expect(received).toBe(text);
  expect(proxy.statistics()).toEqual({
    connections: 1,
    open: 1,
    cut: 0,
    bytesToServer: text.length,
    bytesToClient: text.length,
  });
  client.socket.end();
  await says(client, `${text}bye`);
  await eventually(() => proxy.statistics().open).toBe(0);
  expect(proxy.statistics().cut).toBe(0);
});

test("latency holds for each direction, not for each piece", async () => {
  const client = new Client(await start({ latencyMilliseconds: 300 }));
  await once(client.socket, "connect");
  const before = performance.now();
  for (let piece = 0; piece < 10; piece += 1) {
    client.socket.write(String(piece));
    await sleep(10);
  }
  await says(client, "0123456789");
  const took = performance.now() - before;
  expect(took).toBeGreaterThan(590);
  expect(took).toBeLessThan(10 * 600);
});

test("bandwidth limits how much passes in a time", async () => {
  const client = new Client(await start({ bytesPerSecond: 20_000 }));
  const before = performance.now();
  client.socket.write("x".repeat(10_000));
  await says(client, "x".repeat(10_000));
  // Half a second at the least, in one direction alone.
  expect(performance.now() - before).toBeGreaterThan(450);
});

test("a black hole lets nothing pass, and all of it once it is gone", async () => {
  const proxy = await start();
  const client = new Client(proxy);
  client.socket.write("before");
  await says(client, "before");
  proxy.setMode({ blackHole: "both" });
  client.socket.write(" during");
  client.socket.end();
  await sleep(aWhile);
  expect(received).toBe("before");
  expect(ended).toBe(0);
  proxy.setMode({});
  await says(client, "before duringbye");
});

test("a black hole of one direction lets requests pass and keeps answers", async () => {
  const proxy = await start({ blackHole: "toClient" });
  const client = new Client(proxy);
  client.socket.write("request");
  await eventually(() => received).toBe("request");
  await sleep(aWhile);
  expect(client.got).toBe("");
  expect(client.error).toBeUndefined();
});

test.each([
  { by: "reset", error: "ECONNRESET", hasEnd: false },
  { by: "close", error: undefined, hasEnd: true },
] as const)("a link is cut after so many bytes, by a $by", async ({ by, error, hasEnd }) => {
  const proxy = await start({ cutAfter: { direction: "toServer", bytes: 7, by } });
  const client = new Client(proxy);
  client.socket.write("0123");
  await says(client, "0123");
  client.socket.write("456789");
  await eventually(() => [client.error, client.hasEnd]).toEqual([error, hasEnd]);
  await eventually(() => received).toBe("0123456");
  expect(proxy.statistics()).toMatchObject({ cut: 1, bytesToServer: 7 });
});

test("the count of bytes begins when the mode is set", async () => {
  const proxy = await start({ cutAfter: { direction: "toClient", bytes: 9 } });
  const client = new Client(proxy);
  client.socket.write("01234567");
  await says(client, "01234567");
  proxy.setMode({ cutAfter: { direction: "toClient", bytes: 2 } });
  client.socket.write("abc");
  await fails(client, "ECONNRESET");
  expect(received).toBe("01234567abc");
  expect(client.got).toBe("01234567ab");
});

test("a request is delivered, and the link is cut before its answer", async () => {
  const proxy = await start({ loseReplyTo: (request) => request.includes("commit") });
  const client = new Client(proxy);
  client.socket.write("select");
  await says(client, "select");
  client.socket.write("commit");
  await fails(client, "ECONNRESET");
  expect(received).toBe("selectcommit");
  expect(client.got).toBe("select");
});

test("open links are cut at once, and new ones are taken", async () => {
  const proxy = await start();
  const [first, second] = [new Client(proxy), new Client(proxy)];
  first.socket.write("1");
  second.socket.write("2");
  await says(first, "1");
  await says(second, "2");
  proxy.cutAll();
  await fails(first, "ECONNRESET");
  await fails(second, "ECONNRESET");
  const third = new Client(proxy);
  third.socket.write("3");
  await says(third, "3");
  expect(proxy.statistics()).toMatchObject({ connections: 3, open: 1, cut: 2 });
});

test("a black hole does not keep links from being cut", async () => {
  const proxy = await start({ blackHole: "both" });
  const client = new Client(proxy);
  client.socket.write("lost");
  await eventually(() => proxy.statistics().open).toBe(1);
  proxy.cutAll();
  await fails(client, "ECONNRESET");
  expect(received).toBe("");
});

test("one direction is closed while the other goes on", async () => {
  const proxy = await start();
  const client = new Client(proxy);
  client.socket.write("hello");
  await says(client, "hello");
  proxy.halfCloseAll("toClient");
  await eventually(() => client.hasEnd).toBe(true);
  client.socket.write(" still heard");
  await eventually(() => received).toBe("hello still heard");
});

test("new connections are reset, while open ones go on", async () => {
  const proxy = await start();
  const first = new Client(proxy);
  first.socket.write("1");
  await says(first, "1");
  proxy.setMode({ resetNew: true });
  await fails(new Client(proxy), "ECONNRESET");
  first.socket.write("2");
  await says(first, "12");
});

test("a proxy that does not listen refuses, and listens again on its port", async () => {
  const proxy = await start();
  const first = new Client(proxy);
  first.socket.write("1");
  await says(first, "1");
  proxy.stopListening();
  await fails(new Client(proxy), "ECONNREFUSED");
  first.socket.write("2");
  await says(first, "12");
  await proxy.listenAgain();
  const third = new Client(proxy);
  third.socket.write("3");
  await says(third, "3");
});

test("a server that is gone, or goes, resets the link", async () => {
  const proxy = await start();
  server.on("connection", (socket) => socket.once("data", () => socket.resetAndDestroy()));
  const client = new Client(proxy);
  client.socket.write("1");
  await fails(client, "ECONNRESET");
  server.close();
  await fails(new Client(proxy), "ECONNRESET");
});
