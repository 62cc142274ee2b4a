/** Every way to be refused, without a port. */
import { ThroughlineError, type Throughline } from "@throughline/core";
import { createServer } from "@throughline/server";
import { describe, expect, test } from "vitest";
import type { Failure, RequestSummary } from "./reports.ts";
import { type Reply, origin, testServer } from "./test/test-server.ts";

function expectProblem({ status, headers, json, text }: Reply, expected: number, reason: string): void {
  expect(status, text).toBe(expected);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(json).toMatchObject({ status: expected, reason });
  expect(json.type).toBe(`/docs#${String(json.code)}`);
  expect(String(json.detail).length).toBeGreaterThan(0);
  expect(text).not.toMatch(/at .*\.(ts|js):\d+/);
}

describe("paths and methods", () => {
  test.each([
    "/",
    "/nothing",
    "/sessions/",
    "/sessions/a/b",
    "/v2/sessions",
    "/v1/v1/sessions",
    "/sessions//messages",
  ])("%s is not there", async (path) => {
    const { call } = testServer();
    for (const method of ["GET", "POST", "OPTIONS"]) expectProblem(await call(method, path), 404, "path");
  });

  test.each([
    ["DELETE", "/sessions", "GET, HEAD, OPTIONS, POST"],
    ["POST", "/sessions/a", "DELETE, GET, HEAD, OPTIONS, PATCH"],
    ["PUT", "/v1/sessions/a", "DELETE, GET, HEAD, OPTIONS, PATCH"],
    ["GET", "/sessions/a/undelete", "OPTIONS, POST"],
    ["PATCH", "/sessions/a/messages/b", "DELETE, GET, HEAD, OPTIONS, PUT"],
    ["POST", "/search", "GET, HEAD, OPTIONS"],
    ["PROPFIND", "/stats", "GET, HEAD, OPTIONS"],
  ])("%s %s is refused and says what is allowed", async (method, path, allow) => {
    const { call } = testServer();
    const refused = await call(method, path);
    expectProblem(refused, 405, "method_not_allowed");
    const options = await call("OPTIONS", path);
    expect(options.status).toBe(204);
    for (const { headers } of [refused, options]) {
      expect(headers.get("allow")?.split(", ").toSorted().join(", ")).toBe(allow);
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  test("HEAD answers as GET does, without a body", async () => {
    const { call, newSession } = testServer();
    const id = await newSession();
    for (const path of [`/sessions/${id}`, `/sessions/${id}/export`, "/healthz", "/openapi.json", "/docs"]) {
      const [head, get] = [await call("HEAD", path), await call("GET", path)];
      expect([head.status, head.text], path).toEqual([200, ""]);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    }
    const refused = await call("HEAD", "/sessions/nobody");
    expect([refused.status, refused.text]).toEqual([404, ""]);
    const foreign = await call("HEAD", "/healthz", undefined, { host: "evil.example" });
    expect([foreign.status, foreign.text]).toEqual([403, ""]);
  });
});

describe("parameters", () => {
  test.each([
    ["/sessions?unknown=1", "unknown_parameter"],
    ["/sessions?limit=1&limit=1", "repeated_parameter"],
    ["/sessions?limit=10;q=x", "type"],
    ["/sessions?limit=0", "type"],
    ["/sessions?limit=1001", "type"],
    ["/sessions?limit=99999999999999999999", "type"],
    ["/sessions?limit", "type"],
    ["/sessions?pinned=1", "type"],
    ["/sessions?status=lost", "type"],
    ["/sessions?order=size", "type"],
    ["/sessions?user_id=", "type"],
    [`/sessions?user_id=${"x".repeat(300)}`, "too_long"],
    ["/sessions?q=%00", "type"],
    ["/sessions?cursor=abc", "cursor"],
    ["/sessions?cursor=WzEsMl0", "cursor"],
    ["/sessions?metadata=1", "unknown_parameter"],
    ["/sessions?metadata.=1", "unknown_parameter"],
    ["/sessions?metadata.a=1&metadata.a=2", "repeated_parameter"],
    ["/sessions?metadata.a=1&metadata.b=1&metadata.c=1&metadata.d=1&metadata.e=1&metadata.f=1", "type"],
    ["/sessions?__proto__=1", "unknown_parameter"],
    ["/sessions?constructor=1", "unknown_parameter"],
    ["/sessions/a?hard=true", "unknown_parameter"],
    ["/stats?x", "unknown_parameter"],
    ["/healthz?x=1", "unknown_parameter"],
    ["/sessions?q=%ff", "encoding"],
    ["/sessions/%c3%28", "encoding"],
    ["/sessions/%", "encoding"],
    ["/sessions/%00", "text"],
  ])("%s is refused", async (path, reason) => {
    const { call } = testServer();
    expectProblem(await call("GET", path), 400, reason);
  });

  test("a cursor goes with the filters it was made for", async () => {
    const { call, newSession } = testServer();
    await newSession();
    await newSession();
    const cursor = String((await call("GET", "/sessions?limit=1")).json.next_cursor);
    expect((await call("GET", `/sessions?limit=1&cursor=${cursor}`)).json.items).toHaveLength(1);
    expectProblem(await call("GET", `/sessions?limit=1&tag=x&cursor=${cursor}`), 400, "cursor");
  });

  test("a URL can't be of any length", async () => {
    const { call } = testServer();
    expectProblem(await call("GET", `/search?q=${"x".repeat(17_000)}`), 413, "url");
  });
});

describe("bodies", () => {
  const bytes = (...values: number[]) => new Uint8Array(values);

  test.each([
    ["", "json"],
    ["{", "json"],
    ["{} {}", "json"],
    ["{'a':1}", "json"],
    ['{"a":NaN}', "json"],
    ['"text', "json"],
    ["[]", "type"],
    ["null", "type"],
    ["3", "type"],
    ['{"title":3}', "type"],
    ['{"title":"\\u0000"}', "type"],
    ['{"title":"\\ud800"}', "type"],
    ['{"metadata":[]}', "type"],
    ['{"process_id":-1}', "type"],
    ['{"tags":"a"}', "type"],
    ['{"surprise":1}', "unknown_field"],
    ['{"session_id":"mine"}', "unknown_field"],
    ['{"__proto__":{"a":1}}', "unknown_field"],
    ['{"constructor":{"a":1}}', "unknown_field"],
    [`{"metadata":${'{"a":'.repeat(65)}1${"}".repeat(65)}}`, "type"],
    [`${"[".repeat(700)}${"]".repeat(700)}`, "depth"],
    ["[".repeat(1_000_000), "depth"],
  ])("%.40s is refused", async (body, reason) => {
    const { call } = testServer();
    expectProblem(await call("POST", "/sessions", body), 400, reason);
    expect((await call("GET", "/sessions")).json.items).toEqual([]);
  });

  test("have to be UTF-8; a byte order mark and duplicate names are no harm", async () => {
    const { send } = testServer();
    const post = (body: Uint8Array<ArrayBuffer>) =>
      send(
        new Request(`${origin}/sessions`, {
          method: "POST",
          body,
          headers: { "content-type": "application/json" },
        }),
      );
    expectProblem(await post(bytes(0x7b, 0xff, 0x7d)), 400, "encoding");
    expect((await post(bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).status).toBe(201);
    const twice = await post(new TextEncoder().encode('{"title":"a","title":"b"}'));
    expect([twice.status, twice.json.title]).toEqual([201, "b"]);
  });

  test("have to say that they are JSON", async () => {
    const { call } = testServer();
    for (const type of [
      "text/plain",
      "application/xml",
      "application/json; charset=latin1",
      "application/jsonx",
      "",
    ]) {
      expectProblem(
        await call("POST", "/sessions", "{}", { "content-type": type }),
        415,
        "unsupported_media_type",
      );
    }
    for (const type of [
      "application/json",
      "Application/JSON;charset=UTF-8",
      'application/json; charset="utf-8"',
    ]) {
      expect((await call("POST", "/sessions", "{}", { "content-type": type })).status).toBe(201);
    }
    const patch = await call("POST", "/sessions", "{}", { "content-type": "application/merge-patch+json" });
    expectProblem(patch, 415, "unsupported_media_type");
    expectProblem(await call("POST", "/sessions"), 415, "unsupported_media_type");
    const packed = await call("POST", "/sessions", "{}", { "content-encoding": "gzip" });
    expectProblem(packed, 415, "unsupported_media_type");
  });

  test("have a limit, also when they come in chunks", async () => {
    const { call, send } = testServer({ bodyBytes: 1_000 });
    const body = JSON.stringify({ title: "x".repeat(1_000) });
    expectProblem(await call("POST", "/sessions", body), 413, "body");
    const announced = await call("POST", "/sessions", "{}", { "content-length": "1001" });
    expectProblem(announced, 413, "body");
    expect(announced.headers.get("connection")).toBe("close");
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(100).fill(0x20));
      },
    });
    const request = new Request(`${origin}/sessions`, {
      method: "POST",
      body: endless,
      headers: { "content-type": "application/json" },
      duplex: "half",
    } as RequestInit);
    expectProblem(await send(request), 413, "body");
    expect(pulled).toBeLessThan(20);
  });

  test("that do not come are waited for only so long", async () => {
    const { send } = testServer({ bodyTimeoutMs: 50 });
    const request = new Request(`${origin}/sessions`, {
      method: "POST",
      body: new ReadableStream<Uint8Array>(),
      headers: { "content-type": "application/json" },
      duplex: "half",
    } as RequestInit);
    expectProblem(await send(request), 408, "request_timeout");
  });

  test("that break off are refused", async () => {
    const { send } = testServer();
    const request = new Request(`${origin}/sessions`, {
      method: "POST",
      body: new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error("gone")) }),
      headers: { "content-type": "application/json" },
      duplex: "half",
    } as RequestInit);
    expectProblem(await send(request), 400, "body");
  });
});

describe("negotiation", () => {
  test.each([
    ["application/json", 200],
    ["application/*", 200],
    ["*/*;q=0.1", 200],
    ["text/html, application/json;q=0.5", 200],
    ["text/html", 406],
    ["application/json;q=0", 406],
    ["application/json;q=0, */*", 406],
    ["image/png, text/*", 406],
  ])("Accept: %s answers %i", async (accept, status) => {
    const { call } = testServer();
    expect((await call("GET", "/sessions", undefined, { accept })).status).toBe(status);
  });
});

describe("callers", () => {
  test("without credentials are refused, and see their own tenant with them", async () => {
    const keys: Readonly<Record<string, { tenant: string; role: "reader" | "writer" }>> = {
      "Bearer a": { tenant: "a", role: "writer" },
      "Bearer b": { tenant: "b", role: "writer" },
      "Bearer r": { tenant: "a", role: "reader" },
    };
    const { call } = testServer({ authenticate: ({ headers }) => keys[headers.get("authorization") ?? ""] });
    const refused = await call("GET", "/sessions");
    expectProblem(refused, 401, "credentials");
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    expectProblem(await call("POST", "/sessions", {}), 401, "credentials");
    const mine = await call("POST", "/sessions", { title: "mine" }, { authorization: "Bearer a" });
    expect(mine.json.tenant_id).toBe("a");
    const id = String(mine.json.session_id);
    expect((await call("GET", `/sessions/${id}`, undefined, { authorization: "Bearer b" })).status).toBe(404);
    expect((await call("GET", `/sessions/${id}`, undefined, { authorization: "Bearer r" })).status).toBe(200);
    expectProblem(
      await call("DELETE", `/sessions/${id}`, undefined, { authorization: "Bearer r" }),
      403,
      "role",
    );
    for (const path of ["/healthz", "/readyz", "/openapi.json", "/docs"]) {
      expect((await call("GET", path)).status, path).toBe(200);
    }
  });
});

describe("a store that is down", () => {
  test("answers 503 until it is open", async () => {
    const { throughline } = testServer();
    const opening = Promise.withResolvers<Throughline>();
    const { call } = testServer({ throughline: opening.promise });
    for (const path of ["/sessions", "/sessions/a/messages", "/stats", "/readyz"]) {
      const reply = await call("GET", path);
      expectProblem(reply, 503, "not_ready");
      expect(reply.json.retryable).toBe(true);
      expect(reply.headers.get("retry-after")).toBe("1");
    }
    expect((await call("GET", "/healthz")).status).toBe(200);
    opening.resolve(throughline);
    await opening.promise;
    expect((await call("GET", "/readyz")).status).toBe(200);
    expect((await call("GET", "/sessions")).status).toBe(200);
  });

  test("answers 503 when it could not be opened, or is closed", async () => {
    const failed = Promise.reject<Throughline>(
      new ThroughlineError("unavailable", "No.", { reason: "locked" }),
    );
    const { call } = testServer({ throughline: failed, onFailure: () => undefined });
    await failed.catch(() => undefined);
    expectProblem(await call("GET", "/sessions"), 503, "locked");
    const closed = testServer();
    await closed.throughline.close();
    expectProblem(await closed.call("GET", "/sessions"), 503, "closed");
    expectProblem(await closed.call("GET", "/readyz"), 503, "closed");
  });

  test("is reported with its cause, and told without it", async () => {
    const failures: Failure[] = [];
    const { call, throughline } = testServer({ onFailure: (failure) => failures.push(failure) });
    const cause = new Error("secret detail");
    throughline.stats = () => Promise.reject(cause);
    const reply = await call("GET", "/stats");
    expectProblem(reply, 503, "store_failure");
    expect(reply.text).not.toContain("secret");
    expect(failures).toEqual([{ method: "GET", path: "/stats", error: cause }]);
  });

  test("breaks an export off rather than ending it", async () => {
    const failures: Failure[] = [];
    const { newSession, throughline, server } = testServer({
      onFailure: (failure) => failures.push(failure),
    });
    const id = await newSession();
    // oxlint-disable-next-line require-yield -- it fails before the first message
    throughline.messages.stream = async function* failing() {
      throw new Error("gone");
    };
    const response = await server.fetch(new Request(`${origin}/sessions/${id}/export`));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("gone");
    expect(failures).toHaveLength(1);
  });
});

test("the access log has neither queries nor text", async () => {
  const summaries: RequestSummary[] = [];
  const { call } = testServer({ onRequest: (summary) => summaries.push(summary) });
  await call("GET", "/search?q=secret");
  await call("GET", "/nowhere");
  const logged = summaries.filter(({ path }) => path !== "/openapi.json");
  expect(logged).toMatchObject([
    { method: "GET", path: "/search", status: 200 },
    { method: "GET", path: "/nowhere", status: 404 },
  ]);
  expect(JSON.stringify(summaries)).not.toContain("secret");
});

test("options that do not exist are refused", () => {
  const { throughline } = testServer();
  expect(() => createServer({ throughline, cors: true } as never)).toThrow("no option cors");
  expect(() => createServer({ throughline, bodyBytes: 0 })).toThrow("bodyBytes");
});
