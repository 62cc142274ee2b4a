/** Servers that are none, proxies that answer in their place, and servers of another release. */
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo } from "node:net";
import { type Store, ThroughlineError, productKinds, toProblem } from "@throughline/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpStore } from "./http-store.ts";
import { answeringServer, description } from "./test/answering-server.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const page = "<!doctype html><title>Please log in</title>";

/** A server that describes itself rightly, and then answers all else with one thing. */
async function openBefore(answer: Answer): Promise<{ store: Store; requests: readonly string[] }> {
  const server = await answeringServer(({ method }, response) => {
    const { status, body, headers } =
      method === "GET"
        ? { status: 200, body: JSON.stringify(description(productKinds)), headers: {} }
        : answer;
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  });
  onTestFinished(() => server.close());
  return { store: await httpStore({ url: server.url }), requests: server.requests };
}

/** Opens a store at a server that answers everything with one thing. */
async function openAt(status: number, body: string): Promise<Store> {
  const server = await answeringServer((_, response) => response.writeHead(status).end(body));
  onTestFinished(() => server.close());
  return httpStore({ url: server.url });
}

function commit(store: Store): Promise<unknown> {
  return store.commit({ tenant: "t", writes: [], now: 0 }, {});
}

function read(store: Store): Promise<unknown> {
  return store.read({ tenant: "t", requests: [], now: 0 }, {});
}

describe("opening", () => {
  test.for<[number, string, string, string]>([
    [200, page, "unavailable", "not_a_throughline_server"],
    [404, page, "unavailable", "not_a_throughline_server"],
    [200, "{}", "unavailable", "not_a_throughline_server"],
    [200, "null", "unavailable", "not_a_throughline_server"],
    [302, page, "unavailable", "foreign_answer"],
    [401, page, "unauthorized", "foreign_answer"],
    [502, page, "unavailable", "foreign_answer"],
    [200, JSON.stringify({ ...description(productKinds), protocol: 2 }), "unsupported", "protocol"],
    [200, JSON.stringify({ product: "throughline", protocol: 9 }), "unsupported", "protocol"],
    [200, JSON.stringify(description(productKinds.slice(1))), "unsupported", "kinds"],
  ])("is refused where %d %j is answered: %s/%s", async ([status, body, code, reason]) => {
    await expect(openAt(status, body)).rejects.toMatchObject({ code, reason });
  });

  test("names the kinds that the server lacks or declares otherwise", async () => {
    const [first, ...others] = productKinds.map((kind) => ({ ...kind, shapes: {} }));
    const opening = openAt(200, JSON.stringify(description([...others])));
    const lacking: unknown = expect.arrayContaining([first?.name]);
    await expect(opening).rejects.toMatchObject({ details: { kinds: lacking } });
  });

  test("takes a server that holds more kinds", async () => {
    const more = { ...productKinds[0], name: "more" };
    await expect(openAt(200, JSON.stringify(description([...productKinds, more])))).resolves.toBeDefined();
  });

  test.for([
    { url: "ftp://localhost" },
    { url: "localhost:8003" },
    { url: "http://user:secret@localhost" },
    { url: "http://localhost/?a=1" },
    { url: "http://localhost", timeoutMs: 0 },
    { url: "http://localhost", token: "a b" },
    { url: "http://localhost", tokn: "a" },
  ])("refuses the options %j, and does not repeat them", async (options) => {
    const refusal = await httpStore(options).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "invalid", reason: "option" });
    expect(String(refusal)).not.toContain("secret");
  });

  test("headers that can't be sent are no lost connection", async () => {
    const headers = (): Record<string, string> => ({ "x-tenant": "東京" });
    await expect(httpStore({ url: "http://localhost", headers })).rejects.toMatchObject({
      code: "invalid",
      reason: "option",
      outcome: "refused",
    });
  });

  test("says that nothing listens", async () => {
    const server = await answeringServer(() => undefined);
    await server.close();
    await expect(httpStore({ url: server.url })).rejects.toMatchObject({
      code: "unavailable",
      reason: "cannot_connect",
      outcome: "refused",
      retryable: true,
    });
  });

  test("says that fetch connects to no such port", async () => {
    await expect(httpStore({ url: "http://127.0.0.1:1" })).rejects.toMatchObject({
      code: "unavailable",
      reason: "cannot_connect",
      retryable: false,
    });
  });

  test.for([
    ["http", "not_a_throughline_server"],
    ["https", "tls"],
  ])("says of %s to a port that speaks neither: %s", async ([scheme, reason]) => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.write("-ERR unknown command\r\n"));
    });
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await listening;
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const opening = httpStore({ url: `${scheme}://127.0.0.1:${port}` });
    await expect(opening).rejects.toMatchObject({ code: "unavailable", reason });
  });

  test("sends the token, the tenant's headers and the path before the server", async () => {
    const seen: unknown[] = [];
    const server = await answeringServer(({ url, headers }, response) => {
      seen.push([url, headers.authorization, headers["x-tenant"]]);
      response.writeHead(200).end(JSON.stringify(url === "/base/v1/store" ? description(productKinds) : {}));
    });
    onTestFinished(() => server.close());
    const headers = (tenant: string | undefined): Record<string, string> => ({
      "x-tenant": tenant ?? "none",
    });
    const store = await httpStore({ url: `${server.url}/base/`, token: "secret", headers });
    await expect(read(store)).rejects.toMatchObject({ reason: "foreign_answer" });
    expect(seen).toEqual([
      ["/base/v1/store", "Bearer secret", "none"],
      ["/base/v1/store/read", "Bearer secret", "t"],
    ]);
  });
});

describe("an answer that is not Throughline's", () => {
  test.for<[number, string, "refused" | "unknown", boolean]>([
    [200, "unavailable", "unknown", false],
    [202, "unavailable", "unknown", false],
    [203, "unavailable", "unknown", false],
    [302, "unavailable", "refused", false],
    [400, "invalid", "refused", false],
    [401, "unauthorized", "refused", false],
    [403, "forbidden", "refused", false],
    [404, "not_found", "refused", false],
    [408, "unavailable", "unknown", true],
    [413, "too_large", "refused", false],
    [418, "invalid", "refused", false],
    [429, "rate_limited", "refused", true],
    [500, "unavailable", "unknown", true],
    [502, "unavailable", "unknown", true],
    [503, "unavailable", "unknown", true],
    [504, "unavailable", "unknown", true],
  ])("of status %d is %s, %s, retryable: %s", async ([status, code, outcome, retryable]) => {
    const { store, requests } = await openBefore({ status, body: page });
    const expected = { code, reason: "foreign_answer", outcome, retryable, details: { status } };
    await expect(commit(store)).rejects.toMatchObject(expected);
    await expect(read(store)).rejects.toMatchObject(expected);
    expect(requests).toHaveLength(3);
  });

  test.for([
    "{}",
    "[]",
    "3",
    '{"position":1}',
    '{"position":1,"answers":[1]}',
    '{"position":1,"replayed":1,"results":[]}',
  ])("is JSON that says nothing: %s", async (body) => {
    const { store } = await openBefore({ status: 200, body });
    const foreign = { code: "unavailable", reason: "foreign_answer", outcome: "unknown" };
    const search = {
      tenant: "t",
      text: { required: [], excluded: [] },
      order: "rank",
      limit: 1,
      skip: 0,
      now: 0,
    } as const;
    await expect(commit(store)).rejects.toMatchObject(foreign);
    await expect(read(store)).rejects.toMatchObject(foreign);
    await expect(store.search(search, {})).rejects.toMatchObject(foreign);
    await expect(store.changes({ tenant: "t", limit: 1, now: 0 }, {})).rejects.toMatchObject(foreign);
    await expect(store.check()).rejects.toMatchObject(foreign);
  });
});

describe("a refusal of Throughline", () => {
  test.for([
    new ThroughlineError("conflict", "There.", {
      reason: "exists",
      outcome: "refused",
      details: { key: ["a"] },
    }),
    new ThroughlineError("unauthorized", "No.", { reason: "credentials" }),
    new ThroughlineError("rate_limited", "Too many.", { reason: "rate", retryable: true }),
    new ThroughlineError("closed", "Closed.", { reason: "closed", outcome: "refused" }),
    new ThroughlineError("unavailable", "Full.", {
      reason: "disk_full",
      outcome: "refused",
      retryable: true,
    }),
    new ThroughlineError("unavailable", "Odd.", { reason: "store_failure" }),
    new ThroughlineError("unavailable", "Slow.", { reason: "request_timeout", outcome: "refused" }),
  ])("comes as it is: $code/$reason", async (given) => {
    const problem = toProblem(given);
    const { store } = await openBefore({ status: problem.status, body: JSON.stringify(problem) });
    const { code, reason, retryable, details } = given;
    // What is away is behind the server, and not the server.
    const message = code === "unavailable" ? / answered: / : new RegExp(`^${given.message}$`);
    // Who says nothing of the outcome has refused, unless it is the server that failed.
    const outcome = given.outcome ?? (problem.status < 500 ? "refused" : "unknown");
    const refusal: unknown = await commit(store).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code, reason, retryable, details, outcome });
    expect((refusal as Error).message).toMatch(message);
  });
});
