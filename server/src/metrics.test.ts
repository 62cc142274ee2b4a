import { ThroughlineError } from "@throughline/core";
import { createKey } from "@throughline/server";
import { expect, test } from "vitest";
import { type TestServer, origin, testServer } from "./test/test-server.ts";

/** The samples, by name and labels as they are written. */
async function read({ server }: TestServer, headers = {}): Promise<ReadonlyMap<string, number>> {
  const response = await server.fetch(new Request(`${origin}/metrics`, { headers }));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const samples = new Map<string, number>();
  for (const line of (await response.text()).split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    // As Prometheus reads it: a name, labels perhaps, and a number.
    const [, name = "", value = ""] =
      /^([a-z_0-9]+(?:\{[^}]*\})?) (-?[\d.e+-]+|NaN|[+-]Inf)$/i.exec(line) ?? [];
    expect(name, line).not.toBe("");
    samples.set(name, Number(value));
  }
  return samples;
}

test("counts requests by the pattern of their path, never by what stands in it", async () => {
  const server = testServer();
  const id = await server.newSession({ user_id: "ada" });
  await server.call("GET", `/sessions/${id}`);
  await server.call("GET", `/v1/sessions/${id}`);
  await server.call("GET", "/sessions/secret");
  await server.call("GET", "/secret-path");
  await server.call("PUT", `/sessions/${id}`);
  await server.server.fetch(new Request(`${origin}/sessions`, { method: "SECRET" }));
  const samples = await read(server);
  const count = (route: string, method: string, status: number) =>
    samples.get(`throughline_http_requests_total{route="${route}",method="${method}",status="${status}"}`);
  expect(count("/sessions", "POST", 201)).toBe(1);
  expect(count("/sessions/:id", "GET", 200)).toBe(2);
  expect(count("/sessions/:id", "GET", 404)).toBe(1);
  expect(count("/sessions/:id", "PUT", 405)).toBe(1);
  expect(count("none", "GET", 404)).toBe(1);
  expect(count("/sessions", "other", 405)).toBe(1);
  expect(
    samples.get('throughline_http_request_duration_seconds_count{route="/sessions/:id",method="GET"}'),
  ).toBe(3);
  expect([...samples.keys()].join("\n")).not.toMatch(/secret|ada|default/i);
});

test("counts commits by how they ended, whoever made them", async () => {
  const server = testServer();
  const { throughline } = server;
  const { id } = await throughline.sessions.create({});
  const message = [{ id: "m1", role: "user" as const, content: "Hello" }];
  await throughline.messages.append(id, message);
  await throughline.messages.append(id, message);
  await expect(
    throughline.messages.append(id, [{ ...message[0], content: "Other" } as never]),
  ).rejects.toThrow(ThroughlineError);
  const samples = await read(server);
  const outcomes = ["written", "replayed", "refused", "unknown"].map((outcome) =>
    samples.get(`throughline_commits_total{outcome="${outcome}"}`),
  );
  expect(outcomes).toEqual([2, 1, 1, 0]);
  expect(samples.get("throughline_commit_duration_seconds_count")).toBe(4);
});

test("tells of streams, of the feed's lag, of the process, and whether the store can be read", async () => {
  const server = testServer();
  const { body } = await server.server.fetch(new Request(`${origin}/events`));
  await server.newSession();
  await expect.poll(async () => (await read(server)).get("throughline_feed_lag_seconds_count")).toBe(1);
  const samples = await read(server);
  expect(samples.get("throughline_event_streams")).toBe(1);
  expect(samples.get("throughline_feed_followers")).toBe(1);
  expect(samples.get("throughline_store_up")).toBe(1);
  expect(samples.get("process_resident_memory_bytes")).toBeGreaterThan(0);
  await body?.cancel();
  const { store } = server.throughline;
  // Whether a key is needed is remembered for a moment, in which the metrics can still be read.
  store.read = () => Promise.reject(new Error("down"));
  expect((await read(server)).get("throughline_store_up")).toBe(0);
});

test("are for operators", async () => {
  const server = testServer();
  await createKey(server.throughline.store, { tenant: "default", role: "writer" });
  expect((await server.call("GET", "/metrics")).status).toBe(401);
  expect(
    (await testServer({ authenticate: () => ({ tenant: "a", role: "admin" }) }).call("GET", "/metrics"))
      .status,
  ).toBe(403);
});
