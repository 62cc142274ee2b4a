/** Over real sockets. */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type ListenOptions, type RunningServer, type ServerOptions, listen } from "@throughline/server";
import { afterEach, describe, expect, test } from "vitest";
import { type TestServer, testServer } from "./test/test-server.ts";

const running: RunningServer[] = [];

afterEach(async () => {
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

/** Sends bytes as they are and reads until the server closes the connection. */
async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(bytes);
  return text(socket);
}

/** A request with any Host header. */
async function get(
  port: number,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | undefined; readonly problem: Readonly<Record<string, unknown>> }> {
  const outgoing = httpRequest({ port, host: "127.0.0.1", path: "/sessions", headers, agent: false }).end();
  const [incoming] = (await once(outgoing, "response")) as [NodeJS.ReadableStream & { statusCode?: number }];
  return {
    status: incoming.statusCode,
    problem: JSON.parse(await text(incoming)) as Record<string, unknown>,
  };
}

describe("hosts and origins", () => {
  const hosts: Readonly<Record<string, boolean>> = {
    localhost: true,
    "localhost:PORT": true,
    "LocalHost:1": true,
    "127.0.0.1:PORT": true,
    "[::1]:PORT": true,
    "mine.example:9": true,
    "evil.example": false,
    "127.0.0.1.evil.example": false,
    "localhost.evil.example:PORT": false,
    "user@localhost": false,
    "127.1": false,
    "localhost:99999999": false,
  };
  const origins: Readonly<Record<string, boolean>> = {
    none: true,
    "http://localhost:PORT": true,
    "https://127.0.0.1": true,
    "http://evil.example": false,
    null: false,
  };

  test("sixty combinations: only known ones are answered, on GET too", async () => {
    const { port } = await start({ hosts: ["Mine.example"] });
    const at = (name: string): string => name.replace("PORT", String(port));
    let combinations = 0;
    for (const [host, isKnownHost] of Object.entries(hosts)) {
      for (const [origin, isKnownOrigin] of Object.entries(origins)) {
        const headers = { host: at(host), ...(origin === "none" ? undefined : { origin: at(origin) }) };
        const { status, problem } = await get(port, headers);
        const expected = isKnownHost ? (isKnownOrigin ? undefined : "origin") : "host";
        expect([status, problem.reason], `${host} from ${origin}`).toEqual([
          expected === undefined ? 200 : 403,
          expected,
        ]);
        combinations += 1;
      }
    }
    expect(combinations).toBe(60);
  });

  test("a whole URL in the request line counts as well", async () => {
    const { port } = await start();
    const answer = await sendRaw(
      port,
      "GET http://evil.example/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  test("a foreign host can't write", async () => {
    const { port, throughline } = await start();
    const head = "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    expect(await sendRaw(port, `POST /sessions HTTP/1.1\r\nHost: evil.example\r\n${head}`)).toMatch(/ 403 /);
    expect(
      await sendRaw(
        port,
        `POST /sessions HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n${head}`,
      ),
    ).toMatch(/ 403 /);
    expect((await throughline.sessions.list()).items).toEqual([]);
  });
});

describe("bodies", () => {
  const head = "POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

  test("that come too slowly are refused with 408", async () => {
    const { port } = await start({ bodyTimeoutMs: 100 });
    const answer = await sendRaw(port, `${head}Content-Length: 10\r\n\r\n{`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"reason":"request_timeout"');
    const chunked = await sendRaw(port, `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`);
    expect(chunked).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("that are too large are refused before they are there", async () => {
    const { port } = await start({ bodyBytes: 1_000 });
    expect(await sendRaw(port, `${head}Content-Length: 5000000000\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 413 /);
    const chunk = `400\r\n${" ".repeat(0x400)}\r\n`;
    expect(await sendRaw(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
  });

  test("of the usual limit are taken, and over it refused", async () => {
    const { url } = await start();
    const post = (bytes: number): Promise<Response> =>
      fetch(`${url}/sessions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: `{}${" ".repeat(bytes - 2)}`,
      });
    expect((await post(32 * 1024 * 1024)).status).toBe(201);
    expect((await post(32 * 1024 * 1024 + 1)).status).toBe(413);
  });
});

describe("what is no request", () => {
  test.each([
    ["rubbish\r\n\r\n", 400, "request"],
    ["GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "request"],
    ["GET / HTTP/1.0\r\n\r\n", 400, "request"],
    ["GET no-slash HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400, "request"],
    ["OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400, "request"],
    ["CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "method_not_allowed"],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(40_000)}\r\n\r\n`, 413, "headers"],
    ["POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400, "request"],
    ["GET / HTTP/1.1\r\nHost: local", 408, "request_timeout"],
  ])("%.20s is refused", async (bytes, status, reason) => {
    const { port } = await start({}, status === 408 ? { headersTimeoutMs: 100 } : {});
    const [head = "", body = ""] = (await sendRaw(port, bytes)).split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head.toLowerCase()).toContain("content-type: application/problem+json");
    expect(JSON.parse(body)).toMatchObject({ status, reason, outcome: "refused" });
  });

  test("an expectation that nobody knows is passed over", async () => {
    const { port } = await start();
    const answer = await sendRaw(
      port,
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: wonders\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("rubbish behind a request does not get into its answer", async () => {
    const server = await start();
    const id = await server.newSession();
    server.throughline.messages.stream = async function* stuck() {
      await new Promise(() => undefined);
      yield* [];
    };
    const socket = connect(server.port, "127.0.0.1").setEncoding("utf8");
    socket.write(`GET /sessions/${id}/export HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    let answer = "";
    socket.on("data", (data: string) => {
      // What has come is the beginning of an answer that won't end.
      if (answer === "") socket.write("rubbish\r\n\r\n");
      answer += data;
    });
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain("problem+json");
  });

  test.each(["{}", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"])(
    "what follows a request that is carried out is not its answer: %.7s",
    async (rest) => {
      const { port, throughline } = await start();
      const head = "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 2";
      const answer = await sendRaw(port, `POST /sessions HTTP/1.1\r\n${head}\r\n\r\n{}${rest}`);
      expect(answer).toMatch(/^HTTP\/1\.1 201 /);
      expect(answer.split("HTTP/1.1 ")).toHaveLength(2);
      expect((await throughline.sessions.list()).items).toHaveLength(1);
    },
  );

  test("a client that hangs up in the middle does no harm", async () => {
    const { port, url } = await start();
    const socket = connect(port, "127.0.0.1");
    socket.write(
      "POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    );
    await sleep(50);
    socket.destroy();
    await sleep(50);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe("closing", () => {
  test("finishes what runs, and takes nothing new", async () => {
    const server = await start();
    const id = await server.newSession();
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { append } = server.throughline.messages;
    server.throughline.messages.append = async (...given) => {
      begun.resolve();
      await finish.promise;
      return append.apply(server.throughline.messages, given);
    };
    const answer = fetch(`${server.url}/sessions/${id}/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "last words" }] }),
    });
    await begun.promise;
    const closed = server.close();
    expect(server.close()).toBe(closed);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow("fetch failed");
    finish.resolve();
    expect((await answer).status).toBe(201);
    await closed;
    expect((await server.throughline.messages.list(id)).items).toHaveLength(1);
  });

  test("waits only so long", async () => {
    const server = await start({}, { closeTimeoutMs: 100 });
    server.throughline.stats = () => new Promise(() => undefined);
    const answer = fetch(`${server.url}/stats`);
    answer.catch(() => undefined);
    await sleep(50);
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(5_000);
    await expect(answer).rejects.toThrow("fetch failed");
  });

  test("does not wait for connections that are idle", async () => {
    const server = await start();
    await (await fetch(`${server.url}/healthz`)).text();
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("addresses", () => {
  test("a port that is taken is named", async () => {
    const { port } = await start();
    await expect(listen(testServer().server, { port })).rejects.toMatchObject({
      code: "unavailable",
      reason: "port_in_use",
      details: { port },
    });
  });

  test.each([70_000, -1, 0.5])("%s is no port", async (port) => {
    await expect(listen(testServer().server, { port })).rejects.toMatchObject({ code: "invalid" });
  });

  test("beyond loopback needs callers who say who they are", async () => {
    for (const host of ["0.0.0.0", "::", "192.168.1.1", "example.com"]) {
      await expect(listen(testServer().server, { port: 0, host })).rejects.toMatchObject({
        code: "forbidden",
        reason: "not_loopback",
      });
    }
    const guarded = await start({ authenticate: () => undefined }, { host: "0.0.0.0" });
    expect((await fetch(`http://127.0.0.1:${guarded.port}/sessions`)).status).toBe(401);
  });

  test("says where it can be reached", async () => {
    const { url, port, host } = await start();
    expect(url).toBe(`http://${host}:${port}`);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});

test("an export that fails half-way ends without its end", async () => {
  const failures: unknown[] = [];
  const server = await start({ onFailure: ({ error }) => failures.push(error) });
  const id = await server.newSession();
  await server.throughline.messages.append(
    id,
    Array.from({ length: 60 }, () => ({ role: "user", content: "x".repeat(9_000) })),
  );
  const { items } = await server.throughline.messages.list(id);
  server.throughline.messages.stream = async function* failing() {
    yield* items;
    throw new Error("gone");
  };
  const response = await fetch(`${server.url}/sessions/${id}/export?format=text`);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow("terminated");
  expect(failures).toEqual([new Error("gone")]);
});
