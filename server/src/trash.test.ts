import { describe, expect, test } from "vitest";
import type { Caller } from "./caller.ts";
import { testServer } from "./test/test-server.ts";

const secret = "Nobody shall read this.";

describe("deleting", () => {
  test("hides, with a receipt on request, and can be undone", async () => {
    const { call, newSession } = testServer();
    const id = await newSession({ title: "Old" });
    await call("POST", `/sessions/${id}/messages`, { messages: [{ role: "user", content: secret }] });
    const hidden = await call("DELETE", `/sessions/${id}?receipt=true`);
    expect(hidden).toMatchObject({
      status: 200,
      json: { session_id: id, erased: false, erased_at: null, removed: { sessions: 1, messages: 1 } },
    });
    const trash = await call("GET", "/trash");
    expect(trash.json).toMatchObject({
      items: [{ session_id: id, title: "Old", deleted_at: hidden.json.deleted_at }],
      next_cursor: null,
    });
    expect((await call("GET", `/sessions/${id}/receipt`)).json).toMatchObject({ reason: "receipt" });
    expect((await call("DELETE", `/sessions/${id}`)).status).toBe(404);
    expect((await call("POST", `/sessions/${id}/undelete`)).status).toBe(200);
    expect((await call("GET", "/trash")).json.items).toEqual([]);
    expect((await call("DELETE", `/sessions/${id}`)).status).toBe(204);
  });

  test("erases for ever, with a receipt that stays", async () => {
    const { call, newSession } = testServer();
    const id = await newSession();
    await call("POST", `/sessions/${id}/messages`, {
      messages: [{ id: "m", role: "user", content: secret }],
    });
    await call("PUT", `/sessions/${id}/settings`, { system_prompt: secret });
    await call("DELETE", `/sessions/${id}`);
    const erased = await call("DELETE", `/sessions/${id}?erase=true`);
    expect(erased).toMatchObject({
      status: 200,
      json: { session_id: id, erased: true, removed: { sessions: 1, messages: 1, chat_settings: 1 } },
    });
    expect((await call("GET", `/sessions/${id}/receipt`)).json).toEqual(erased.json);
    expect((await call("DELETE", `/sessions/${id}?erase=true`)).json).toEqual(erased.json);
    for (const [method, path, body] of [
      ["GET", ""],
      ["POST", "/undelete"],
      ["POST", "/messages", { messages: [{ role: "user", content: "late" }] }],
      ["PUT", "/messages/m", { role: "user", content: "late" }],
      ["PUT", "/settings", {}],
      ["POST", "/end"],
      ["POST", "/tags", { tags: ["late"] }],
      ["POST", "/fork", {}],
      ["PUT", "/head", { seq: 0 }],
      ["PUT", "/hold"],
    ] as const) {
      expect((await call(method, `/sessions/${id}${path}`, body)).status, `${method} ${path}`).toBe(404);
    }
    expect((await call("GET", "/trash")).json.items).toEqual([]);
  });

  test("the trash is paged, deleted last first", async () => {
    const { call, newSession } = testServer();
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const id = await newSession();
      await call("DELETE", `/sessions/${id}`);
      ids.unshift(id);
      // A time of its own for each: otherwise the ids decide.
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const first = await call("GET", "/trash?limit=2");
    const second = await call("GET", `/trash?limit=2&cursor=${String(first.json.next_cursor)}`);
    const found = [...first.json.items, ...second.json.items].map(({ session_id }) => session_id);
    expect(found).toEqual(ids);
    expect((await call("GET", "/trash?cursor=nonsense")).json).toMatchObject({ reason: "cursor" });
  });
});

describe("holds", () => {
  test("keep a session from being deleted until it is released", async () => {
    const { call, newSession } = testServer();
    const id = await newSession();
    const path = `/sessions/${id}/hold`;
    expect((await call("GET", path)).json).toMatchObject({ status: 404, reason: "hold" });
    expect((await call("PUT", path, { reason: "A dispute" })).json).toMatchObject({
      session_id: id,
      reason: "A dispute",
    });
    expect((await call("GET", path)).json).toMatchObject({ reason: "A dispute" });
    for (const query of ["", "?erase=true"]) {
      expect((await call("DELETE", `/sessions/${id}${query}`)).json).toMatchObject({
        status: 409,
        reason: "held",
      });
    }
    expect((await call("DELETE", path)).status).toBe(204);
    expect((await call("DELETE", path)).status).toBe(204);
    expect((await call("DELETE", `/sessions/${id}`)).status).toBe(204);
    expect((await call("PUT", path)).status).toBe(404);
  });
});

describe("cleaning up", () => {
  test("says first what it would do, then does it, by a policy that the caller may change", async () => {
    const { call, newSession } = testServer();
    const id = await newSession({ created_at: "2020-01-01T00:00:00Z" });
    const body = { policy: { ttl_days: 30 } };
    const expected = { trashed: 1, sessions: [{ session_id: id, action: "trash", reason: "ttl" }] };
    const dry = await call("POST", "/gc", { ...body, dry_run: true });
    expect(dry).toMatchObject({ status: 200, json: { ...expected, dry_run: true, pruned: false } });
    expect((await call("GET", `/sessions/${id}`)).status).toBe(200);
    const done = await call("POST", "/gc", body);
    expect(done.json).toMatchObject({ ...expected, dry_run: false, pruned: true });
    expect((await call("GET", `/sessions/${id}`)).status).toBe(404);
    expect((await call("POST", "/gc")).json).toMatchObject({ trashed: 0, erased: 0 });
    expect((await call("POST", "/gc", { policy: { ttl: 1 } })).json).toMatchObject({
      reason: "unknown_field",
      field: "policy.ttl",
    });
  });

  test("says what goes beside sessions, by kind and with reasons", async () => {
    const { call } = testServer();
    const kept = { key: "kept", value: "v" };
    for (const memory of [{ ...kept, key: "first" }, kept]) {
      expect((await call("POST", "/users/u/memories", memory)).status).toBe(201);
      // Of one millisecond the ids decide.
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const body = { policy: { max_memories: 1, memories_ttl_days: 1 } };
    const dry = await call("POST", "/gc", { ...body, dry_run: true });
    const done = await call("POST", "/gc", body);
    expect(done.json).toEqual({ ...dry.json, dry_run: false, pruned: true });
    expect(done.json).toMatchObject({
      removed: { project_memories: 1 },
      records: [{ kind: "project_memories", action: "remove", reason: "max", title: "first", user_id: "u" }],
    });
    for (const policy of [{ max_memories: 0 }, { checkpoints_ttl_days: -1 }, { max_files: 1.5 }]) {
      expect((await call("POST", "/gc", { policy })).status).toBe(400);
    }
  });

  test("an administrator of a guest drops nothing of other tenants", async () => {
    const callers: Readonly<Record<string, Caller>> = {
      operator: { tenant: "default", role: "admin" },
      guest: { tenant: "guest", role: "admin" },
    };
    const { call } = testServer({ authenticate: (request) => callers[request.headers.get("x-who") ?? ""] });
    expect((await call("POST", "/gc", undefined, { "x-who": "guest" })).json).toMatchObject({
      pruned: false,
    });
    expect((await call("POST", "/gc", undefined, { "x-who": "operator" })).json).toMatchObject({
      pruned: true,
    });
  });
});
