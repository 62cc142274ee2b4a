import { describe, expect, test } from "vitest";
import { testServer } from "./test/test-server.ts";

describe("settings", () => {
  test("are defaults, then set whole, then patched", async () => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/settings`;
    const defaults = {
      allowed_tools: [],
      permission_mode: "auto",
      system_prompt: null,
      model: null,
      mcp_servers: {},
    };
    expect((await call("GET", path)).json).toEqual({ ...defaults, created_at: null, updated_at: null });
    const put = await call("PUT", path, {
      allowed_tools: ["read"],
      permission_mode: "confirm",
      mcp_servers: { fileServer: { innerName: 1 } },
    });
    expect(put).toMatchObject({
      status: 200,
      json: {
        ...defaults,
        allowed_tools: ["read"],
        permission_mode: "confirm",
        mcp_servers: { fileServer: { innerName: 1 } },
      },
    });
    const patch = { permission_mode: "deny", allowed_tools: null, mcp_servers: { fileServer: { more: 2 } } };
    const patched = await call("PATCH", path, patch, { "content-type": "application/merge-patch+json" });
    expect(patched.json).toMatchObject({
      allowed_tools: [],
      permission_mode: "deny",
      mcp_servers: { fileServer: { innerName: 1, more: 2 } },
      created_at: put.json.created_at,
    });
    expect((await call("GET", `/v1${path}`)).json).toEqual(patched.json);
  });

  test.each([
    [{ permission_mode: "ask" }, 400, "type", "permission_mode"],
    [{ permissionMode: "auto" }, 400, "unknown_field", "permissionMode"],
    [{ allowed_tools: [1] }, 400, "type", "allowed_tools.0"],
    [{ system_prompt: "x".repeat(1024 * 1024 + 1) }, 400, "too_long", "system_prompt"],
  ])("refuse what is none, case %#, and change nothing", async (body, status, reason, field) => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/settings`;
    for (const method of ["PUT", "PATCH"]) {
      expect((await call(method, path, body)).json).toMatchObject({ status, reason, field });
    }
    expect((await call("GET", path)).json).toMatchObject({ created_at: null });
    expect((await call("GET", "/sessions/nobody/settings")).status).toBe(404);
  });
});

describe("the life of a session", () => {
  test("an end is noted once, and finds what a process runs", async () => {
    const { call, newSession } = testServer();
    const id = await newSession({ process_id: 12 });
    const running = "/sessions?process_id=12&ended=false";
    expect((await call("GET", running)).json.items).toHaveLength(1);
    const ended = await call("POST", `/sessions/${id}/end`);
    expect(ended).toMatchObject({ status: 200, json: { session_id: id } });
    expect(ended.json.ended_at).not.toBeNull();
    const again = await call("POST", `/sessions/${id}/end`, { ended_at: "2030-01-01T00:00:00Z" });
    expect(again.json).toEqual(ended.json);
    expect((await call("GET", running)).json.items).toEqual([]);
    const other = await newSession();
    const at = await call("POST", `/sessions/${other}/end`, { ended_at: "2026-02-01T00:00:00.000Z" });
    expect(at.json.ended_at).toBe("2026-02-01T00:00:00.000Z");
    expect((await call("POST", `/sessions/${other}/end`, { ended_at: "soon" })).status).toBe(400);
    expect((await call("POST", "/sessions/nobody/end")).json).toMatchObject({
      status: 404,
      reason: "session",
    });
  });

  test("tags are added and taken away one by one, whatever they hold", async () => {
    const { call, newSession } = testServer();
    const id = await newSession({ tags: ["a"] });
    const odd = "a/b c%ü?";
    const tagged = await call("POST", `/sessions/${id}/tags`, { tags: ["b", odd] });
    expect(tagged).toMatchObject({ status: 200, json: { tags: ["a", "b", odd] } });
    expect((await call("DELETE", `/sessions/${id}/tags/${encodeURIComponent(odd)}`)).status).toBe(204);
    expect((await call("DELETE", `/sessions/${id}/tags/never`)).status).toBe(204);
    expect((await call("GET", `/sessions/${id}`)).json.tags).toEqual(["a", "b"]);
    const many = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
    const refused = { status: 400, code: "invalid", reason: "too_long", field: "tags" };
    expect((await call("POST", `/sessions/${id}/tags`, { tags: many })).json).toMatchObject(refused);
    expect((await call("PATCH", `/sessions/${id}`, { tags: many })).json).toMatchObject(refused);
    expect((await call("POST", "/sessions", { tags: many })).json).toMatchObject(refused);
    expect((await call("POST", `/sessions/${id}/tags`, {})).json).toMatchObject({ status: 400 });
    expect((await call("DELETE", "/sessions/nobody/tags/a")).status).toBe(404);
  });

  test("a title of 1 MB is refused, and nothing is written", async () => {
    const { call, newSession } = testServer();
    const id = await newSession({ title: "short" });
    const title = "t".repeat(1024 * 1024);
    const refused = { status: 400, code: "invalid", reason: "too_long", field: "title", outcome: "refused" };
    expect((await call("PATCH", `/sessions/${id}`, { title })).json).toMatchObject(refused);
    expect((await call("POST", "/sessions", { title })).json).toMatchObject(refused);
    expect((await call("GET", "/sessions")).json.items).toMatchObject([{ title: "short", revision: 1 }]);
  });

  test("statistics count its messages", async () => {
    const { call, newSession } = testServer();
    const id = await newSession();
    await call("POST", `/sessions/${id}/messages`, {
      messages: [
        { role: "user", content: "Hello", token_count: 2 },
        {
          role: "assistant",
          content: [{ type: "tool-call", tool_call_id: "c", tool_name: "read", input: {} }],
          usage: { input: 5, cache_read: 1 },
          cost: 0.5,
        },
      ],
    });
    expect((await call("GET", `/sessions/${id}/stats`)).json).toMatchObject({
      session_id: id,
      messages: { total: 2, user: 1, assistant: 1, system: 0, tool: 0 },
      tokens: 2,
      usage: { input: 5, output: 0, cache_read: 1, cache_write: 0, reasoning: 0 },
      cost: 0.5,
      tool_calls: 1,
      branches: 1,
      forks: 0,
    });
    expect((await call("GET", "/sessions/nobody/stats")).status).toBe(404);
  });
});
