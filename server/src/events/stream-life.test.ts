/** How event streams begin, and how they end. */
import { ThroughlineError } from "@throughline/core";
import { createKey, revokeKey } from "@throughline/server";
import { memoryStore } from "@throughline/store-memory";
import { describe, expect, test } from "vitest";
import { follow, openStreams, placeOf, say } from "../test/follow-events.ts";
import { origin, testServer } from "../test/test-server.ts";

describe("refusals", () => {
  test.each([
    ["?last_event_id=nonsense", 400, "cursor"],
    ["?last_event_id=", 400, "cursor"],
    ["?kind=people", 400, "kind"],
    ["?session_id=", 400, "type"],
    ["?user_id=a&user_id=b", 400, "repeated_parameter"],
    ["?limit=1", 400, "unknown_parameter"],
  ])("%s", async (query, status, reason) => {
    const { call, server } = testServer();
    const reply = await call("GET", `/events${query}`);
    expect([reply.status, reply.json.reason]).toEqual([status, reason]);
    expect(await openStreams(server)).toEqual([0, 0]);
  });

  test("a client that accepts no events, and a store that is not there", async () => {
    const { call } = testServer();
    expect((await call("GET", "/events", undefined, { accept: "text/html" })).status).toBe(406);
    const { server } = testServer({ throughline: new Promise(() => undefined) });
    expect((await server.fetch(new Request(`${origin}/events`))).status).toBe(503);
  });

  test("HEAD begins no stream", async () => {
    const { server } = testServer();
    const response = await server.fetch(new Request(`${origin}/events`, { method: "HEAD" }));
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(await openStreams(server)).toEqual([0, 0]);
  });
});

describe("the life of a stream", () => {
  test("a session that is deleted, or was never there, ends no stream", async () => {
    const { server, throughline, newSession } = testServer();
    const id = await newSession();
    const [its, none] = [await follow(server, `?session_id=${id}`), await follow(server, "?session_id=none")];
    await throughline.sessions.delete(id);
    await throughline.sessions.undelete(id);
    await say(throughline, id);
    expect((await its.take(3)).map(({ data }) => data.changes?.[0]?.change)).toEqual([
      "update",
      "update",
      "append",
    ]);
    expect(await openStreams(server)).toEqual([2, 1]);
    await none.cancel();
  });

  test("heartbeats come in silence, and carry the place on", async () => {
    const { server, throughline, newSession } = testServer({ events: { heartbeatMs: 30 } });
    const id = await newSession();
    const reader = await follow(server, "?session_id=none");
    const next = reader.next();
    await expect.poll(() => reader.comments.filter((text) => text === "heartbeat").length).toBeGreaterThan(1);
    await say(throughline, id);
    await expect.poll(async () => reader.lastId === (await placeOf(throughline))).toBe(true);
    await reader.cancel();
    expect(await next).toBeUndefined();
  });

  test("a caller who goes away leaves nothing behind, by cancelling or by aborting", async () => {
    const { server } = testServer();
    const controller = new AbortController();
    const aborted = await server.fetch(new Request(`${origin}/events`, { signal: controller.signal }));
    const unread = await server.fetch(new Request(`${origin}/events`));
    const reader = await follow(server);
    expect(await openStreams(server)).toEqual([3, 1]);
    controller.abort();
    await unread.body?.cancel();
    await reader.cancel();
    expect(await openStreams(server)).toEqual([0, 0]);
    await expect(aborted.text()).rejects.toThrow("aborted");
  });

  test("who reads too slowly is sent what waits, then the end, and misses nothing", async () => {
    const { server, throughline, newSession } = testServer({ events: { bufferBytes: 2_000 } });
    const id = await newSession();
    const slow = await follow(server);
    const quick = await follow(server);
    for (let count = 0; count < 40; count += 1) {
      await say(throughline, id);
      await quick.next();
    }
    const received: unknown[] = [];
    let event = await slow.next();
    for (; event?.event === "change"; event = await slow.next()) received.push(event.data.position);
    expect(event).toMatchObject({ event: "end", data: { reason: "slow_reader" } });
    expect(await slow.next()).toBeUndefined();
    expect(received.length).toBeGreaterThan(0);
    expect(received.length).toBeLessThan(40);
    const again = await follow(server, "", { "last-event-id": slow.lastId });
    for (const { data } of await again.take(40 - received.length)) received.push(data.position);
    expect(received).toEqual(received.toSorted((left, right) => Number(left) - Number(right)));
    expect(new Set(received).size).toBe(40);
  });

  test("who never reads at all is cut off, where there is a connection; the body breaks where there is none", async () => {
    const { server, throughline, newSession } = testServer({ events: { bufferBytes: 100 } });
    const id = await newSession();
    const cut = Promise.withResolvers<void>();
    const request = new Request(`${origin}/events`);
    await server.fetch(request, { destroy: () => cut.resolve() });
    const { body } = await server.fetch(request);
    for (let count = 0; count < 5; count += 1) await say(throughline, id);
    await expect.poll(() => openStreams(server)).toEqual([0, 0]);
    await cut.promise;
    // Later than the other, which was given the same time.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await expect(new Response(body).text()).rejects.toThrow("not fetched");
  });

  test("a store that fails for a while is followed again", async () => {
    const failures: unknown[] = [];
    const { server, throughline, newSession } = testServer({
      events: { pollMs: 10 },
      onFailure: ({ error }) => failures.push(error),
    });
    const id = await newSession();
    const reader = await follow(server);
    const { store } = throughline;
    const changes = store.changes.bind(store);
    const down = new ThroughlineError("unavailable", "No.", { reason: "connection_lost" });
    store.changes = () => Promise.reject(down);
    await say(throughline, id);
    await expect.poll(() => failures.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    store.changes = changes;
    expect(await reader.next()).toMatchObject({ event: "change" });
    expect(failures).toEqual([down]);
  });

  test("a store that is closed ends the streams", async () => {
    const { server, throughline } = testServer({ events: { pollMs: 10 } });
    const reader = await follow(server);
    await throughline.close();
    expect(await reader.next()).toMatchObject({ event: "end", data: { reason: "closing" } });
    expect(await reader.next()).toBeUndefined();
  });

  test.each(["revoked", "expired", "first"] as const)("ends with its key: %s", async (way) => {
    let late = 0;
    const { server, throughline } = testServer({}, memoryStore(), () => Date.now() + late);
    const { store } = throughline;
    const expiresAt = new Date(Date.now() + 60_000);
    const made =
      way === "first" ? undefined : await createKey(store, { tenant: "t", role: "reader", expiresAt });
    const reader = await follow(
      server,
      "",
      made === undefined ? {} : { authorization: `Bearer ${made.key}` },
    );
    if (way === "first") await createKey(store, { tenant: "t", role: "reader" });
    if (way === "revoked" && made !== undefined) await revokeKey(store, made.record.keyId);
    if (way === "expired") late = 120_000;
    const began = performance.now();
    const reason = { revoked: "key_revoked", expired: "key_expired", first: "credentials" }[way];
    expect(await reader.next()).toMatchObject({ event: "end", data: { reason } });
    expect(await reader.next()).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
