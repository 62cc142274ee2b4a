import { describe, expect, test } from "vitest";
import { testServer } from "./test/test-server.ts";

describe.each(["projects", "users", "sessions"])("memories of %s", (scope) => {
  const owner = `${scope.slice(0, -1)}_id`;

  test("are set, listed, read by key, brought back and deleted", async () => {
    const { call, newSession } = testServer();
    const id = scope === "sessions" ? await newSession() : "a/b";
    const path = `/${scope}/${encodeURIComponent(id)}/memories`;
    const set = await call("POST", path, {
      key: "auth notes",
      value: "Using JWT",
      metadata: { author: "ada" },
      ttl_seconds: 3_600,
      provenance: { session_id: "s", tool_call_id: "c" },
    });
    expect(set).toMatchObject({ status: 201 });
    expect(set.json).toEqual({
      memory_id: expect.stringMatching(/^mem_[0-9a-f]{12}$/) as string,
      [owner]: id,
      key: "auth notes",
      version: 1,
      expires_at: expect.any(String) as string,
      message: "Memory created successfully",
    });
    const again = await call("POST", path, { key: "auth notes", value: "Using sessions" });
    expect(again.json).toMatchObject({ memory_id: set.json.memory_id, version: 2 });
    await call("POST", path, { key: "other", value: "x" });

    const listed = await call("GET", path);
    expect(listed.json).toMatchObject({ [owner]: id, count: 2, next_cursor: null });
    const { memories } = listed.json as unknown as { memories: readonly object[] };
    expect(memories).toMatchObject([{ memory_key: "other" }, { memory_key: "auth notes" }]);
    const one = await call("GET", `${path}?key=auth%20notes`);
    expect(one.json).toMatchObject({
      [owner]: id,
      memory: {
        memory_id: set.json.memory_id,
        scope: scope.slice(0, -1),
        [owner]: id,
        memory_value: "Using sessions",
        metadata: { author: "ada" },
        metadata_json: '{"author":"ada"}',
        provenance: null,
        accessed_count: 1,
        ttl_seconds: 3_600,
      },
    });
    expect((await call("GET", `${path}?limit=1`)).json).toMatchObject({ count: 1 });
    expect((await call("GET", `${path}?q=sessions`)).json).toMatchObject({ count: 1 });

    const key = `${path}/auth%20notes`;
    expect((await call("GET", `${key}/versions`)).json.items).toMatchObject([
      { version: 2, memory_value: "Using sessions" },
      { version: 1, provenance: { session_id: "s", tool_call_id: "c" } },
    ]);
    const restored = await call("POST", `${key}/restore`, { version: 1, expected_version: 2 });
    expect(restored).toMatchObject({ status: 200, json: { version: 3, memory_value: "Using JWT" } });
    expect((await call("POST", `${key}/restore`, { version: 9 })).json).toMatchObject({
      status: 404,
      reason: "version",
    });
    expect((await call("DELETE", key)).status).toBe(204);
    expect((await call("DELETE", key)).json).toMatchObject({ status: 404, reason: "memory" });
    expect((await call("GET", `${path}?key=auth%20notes`)).json).toMatchObject({
      status: 404,
      reason: "memory",
    });
  });

  test.each([
    [{ key: "k" }, 400, "type", "value"],
    [{ value: "v" }, 400, "type", "key"],
    [{ key: "a\nb", value: "v" }, 400, "type", "key"],
    [{ key: "a/b", value: "v" }, 400, "type", "key"],
    [{ key: "k", value: "v", ttl_seconds: 0 }, 400, "type", "ttl_seconds"],
    [{ key: "k", value: "v", ttl_seconds: -5 }, 400, "type", "ttl_seconds"],
    [{ key: "k", value: "v", project_id: "p" }, 400, "unknown_field", "project_id"],
    [{ key: "k", value: "x".repeat(5_000_000) }, 413, "memory", undefined],
    [{ key: "k", value: "v", provenance: { who: "me" } }, 400, "unknown_field", "provenance.who"],
  ])("refuse what is none, case %#, and write nothing", async (body, status, reason, field) => {
    const { call, newSession } = testServer();
    const path = `/${scope}/${scope === "sessions" ? await newSession() : "a"}/memories`;
    const { json } = await call("POST", path, body);
    expect(json).toMatchObject({ status, reason, ...(field === undefined ? undefined : { field }) });
    expect((await call("GET", path)).json).toMatchObject({ count: 0 });
  });
});

test("a retry is answered as before, and a stale version refused", async () => {
  const { call } = testServer();
  const path = "/projects/p/memories";
  const body = { key: "k", value: "v", expected_version: 0 };
  const first = await call("POST", path, body, { "idempotency-key": "op" });
  expect(await call("POST", path, body, { "idempotency-key": "op" })).toMatchObject({
    status: 200,
    json: first.json,
  });
  expect((await call("POST", path, body)).json).toMatchObject({ status: 409, reason: "version" });
  const two = { ...body, operation_id: "other" };
  expect((await call("POST", path, two, { "idempotency-key": "op" })).json).toMatchObject({
    reason: "operation",
  });
});

test("a memory is read, changed, compared, superseded and merged by its id", async () => {
  const { call } = testServer();
  const set = async (key: string, value: string) =>
    (await call("POST", "/projects/p/memories", { key, value })).json.memory_id as unknown as string;
  const id = await set("db", "one\ntwo\n");
  await set("db", "one\nTWO\n");
  const path = `/memories/${id}`;
  expect((await call("GET", path)).json).toMatchObject({ memory_key: "db", version: 2 });
  const patch = { metadata: { a: 1 }, ttl_seconds: 60 };
  expect((await call("PATCH", path, patch)).json).toMatchObject({ ...patch, version: 2 });
  expect((await call("GET", `${path}/versions?limit=1`)).json.items).toMatchObject([{ version: 2 }]);
  expect((await call("GET", `${path}/compare?from=1&to=2`)).json).toMatchObject({
    changes: [{ type: "same" }, { type: "removed", text: "two\n" }, { type: "added", text: "TWO\n" }],
  });
  expect((await call("GET", `${path}/compare?from=1`)).status).toBe(400);
  const next = (await call("POST", `${path}/supersede`, { value: "three" })).json;
  expect(next).toMatchObject({ memory_key: "db", version: 1 });
  expect((await call("GET", path)).json).toMatchObject({ superseded_by: next.memory_id });
  expect((await call("POST", `${path}/restore`, { version: 1 })).json).toMatchObject({
    status: 409,
    reason: "superseded",
  });
  const other = await set("store", "three ");
  const found = await call("GET", "/projects/p/duplicate-memories?threshold=0.9");
  expect(found.json).toMatchObject({ compared: 2, more: false, groups: [{ memory: { memory_id: other } }] });
  const merge = { ids: [other], into: { id: next.memory_id } };
  expect((await call("POST", "/memories/merge", merge)).json).toMatchObject({ memory_id: next.memory_id });
  expect((await call("GET", "/projects/p/memories")).json).toMatchObject({ count: 1 });
  expect((await call("DELETE", `/memories/${next.memory_id as unknown as string}`)).status).toBe(204);
  expect((await call("GET", "/memories/mem_000000000000")).json).toMatchObject({
    status: 404,
    reason: "memory",
  });
});

test("projects are there when something names them", async () => {
  const { call, newSession } = testServer();
  await newSession({ project_id: "first" });
  await call("POST", "/projects/second%2Fone/memories", { key: "k", value: "v" });
  const { items } = (await call("GET", "/projects")).json;
  expect(items).toMatchObject([
    { project_id: "second/one", name: "second/one", repository: null },
    { project_id: "first" },
  ]);
  expect((await call("GET", "/projects/second%2Fone")).json).toEqual(items[0]);
  expect((await call("GET", "/projects/third")).json).toMatchObject({ status: 404, reason: "project" });
});

test.each(["users", "sessions"])("the working memory of %s is patched and cleared", async (scope) => {
  const { call, newSession } = testServer();
  const id = scope === "sessions" ? await newSession() : "ada";
  const path = `/${scope}/${id}/working-memory`;
  expect((await call("GET", path)).json).toMatchObject({ working_memory: {}, updated_at: null });
  await call("PATCH", path, { task: { title: "Fix", steps: 2 }, mood: "good" });
  const type = { "content-type": "application/merge-patch+json" };
  const patched = await call("PATCH", path, { task: { steps: 3 }, mood: null }, type);
  expect(patched).toMatchObject({
    status: 200,
    json: { [`${scope.slice(0, -1)}_id`]: id, working_memory: { task: { title: "Fix", steps: 3 } } },
  });
  expect((await call("PATCH", path, [])).status).toBe(400);
  expect((await call("DELETE", path)).status).toBe(204);
  expect((await call("GET", path)).json).toMatchObject({ working_memory: {} });
  expect((await call("GET", "/sessions/none/working-memory")).status).toBe(404);
});
