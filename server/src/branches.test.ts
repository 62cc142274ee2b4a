import { describe, expect, test } from "vitest";
import { type TestServer, testServer } from "./test/test-server.ts";

async function talk({ call }: TestServer, id: string, ...ids: readonly string[]): Promise<void> {
  for (const [index, message] of ids.entries()) {
    const role = index % 2 === 0 ? "user" : "assistant";
    const body = { messages: [{ id: message, role, content: `This is ${message}` }] };
    expect((await call("POST", `/sessions/${id}/messages`, body)).status).toBe(201);
  }
}

const idsOf = ({ json }: { json: { items: readonly { id?: string }[] } }) => json.items.map(({ id }) => id);

describe("branches", () => {
  test("an edited message begins a branch; others are listed, read and made current", async () => {
    const server = testServer();
    const { call, newSession } = server;
    const id = await newSession();
    await talk(server, id, "a", "b", "c");
    const edited = { role: "user", content: "Better", id: "c2", parent_id: "b" };
    await call("POST", `/sessions/${id}/messages`, { messages: [edited], head: "move" });
    expect(idsOf(await call("GET", `/sessions/${id}/messages`))).toEqual(["a", "b", "c2"]);
    const { json } = await call("GET", `/sessions/${id}/branches`);
    expect(json).toMatchObject({
      items: [
        { head_seq: 4, message_id: "c2", first_seq: 4, parent_seq: 2, is_current: true },
        { head_seq: 3, message_id: "c", first_seq: 1, parent_seq: null, is_current: false },
      ],
      next_cursor: null,
    });
    const first = await call("GET", `/sessions/${id}/branches?limit=1`);
    const cursor = String(first.json.next_cursor);
    const second = await call("GET", `/sessions/${id}/branches?limit=1&cursor=${cursor}`);
    expect([...first.json.items, ...second.json.items]).toEqual(json.items);
    expect(idsOf(await call("GET", `/sessions/${id}/messages?branch=3`))).toEqual(["a", "b", "c"]);
    expect(idsOf(await call("GET", `/sessions/${id}/messages?all=true`))).toEqual(["a", "b", "c", "c2"]);

    const moved = await call("PUT", `/sessions/${id}/head`, { message_id: "c", expected_head: 4 });
    expect(moved).toMatchObject({ status: 200, json: { session_id: id } });
    expect(idsOf(await call("GET", `/sessions/${id}/messages`))).toEqual(["a", "b", "c"]);
    expect((await call("PUT", `/sessions/${id}/head`, { seq: 2, expected_head: 4 })).json).toMatchObject({
      status: 409,
      reason: "head",
    });
    expect((await call("PUT", `/sessions/${id}/head`, { seq: 0 })).status).toBe(200);
    expect(idsOf(await call("GET", `/sessions/${id}/messages`))).toEqual([]);
  });

  test("deleted messages are shown on request", async () => {
    const server = testServer();
    const { call, newSession } = server;
    const id = await newSession();
    await talk(server, id, "a", "b");
    await call("DELETE", `/sessions/${id}/messages/a`);
    expect(idsOf(await call("GET", `/sessions/${id}/messages`))).toEqual(["b"]);
    const { json } = await call("GET", `/sessions/${id}/messages?tombstones=true`);
    expect(json.items).toMatchObject([{ id: "a", content: "" }, { id: "b" }]);
    expect(json.items[0]?.removed_at).toBeDefined();
    expect(json.items[1]).not.toHaveProperty("removed_at");
  });

  test.each([
    [{}, 400, "type"],
    [{ seq: 1, message_id: "a" }, 400, "type"],
    [{ seq: 3 }, 400, "position"],
    [{ seq: -1 }, 400, "position"],
    [{ seq: "1" }, 400, "type"],
    [{ message_id: "nobody" }, 404, "message"],
    [{ head: 1 }, 400, "unknown_field"],
  ])("a head of %j is refused, and stays where it was", async (body, status, reason) => {
    const server = testServer();
    const { call, newSession } = server;
    const id = await newSession();
    await talk(server, id, "a", "b");
    expect((await call("PUT", `/sessions/${id}/head`, body)).json).toMatchObject({ status, reason });
    expect(idsOf(await call("GET", `/sessions/${id}/messages`))).toEqual(["a", "b"]);
    expect((await call("PUT", "/sessions/nobody/head", { seq: 0 })).status).toBe(404);
  });
});

describe("forks", () => {
  test("share history up to a position, and know their ancestors", async () => {
    const server = testServer();
    const { call, newSession } = server;
    const id = await newSession({ user_id: "ada", tool_id: "chat" });
    await talk(server, id, "a", "b", "c");
    const forked = await call("POST", `/sessions/${id}/fork`, { at_seq: 2, title: "Another way" });
    expect(forked).toMatchObject({
      status: 201,
      json: { title: "Another way", user_id: "ada", tool_id: "chat", parent_session_id: id, forked_at: 2 },
    });
    const child = String(forked.json.session_id);
    expect(forked.headers.get("location")).toBe(`/sessions/${child}`);
    await talk(server, child, "d");
    expect(idsOf(await call("GET", `/sessions/${child}/messages`))).toEqual(["a", "b", "d"]);
    // Whoever appends to a fork for the first time knows its last position: that of the fork.
    const grandchild = String((await call("POST", `/sessions/${child}/fork`)).json.session_id);
    const expected = { messages: [{ role: "user", content: "x" }], expected_seq: 3 };
    expect((await call("POST", `/sessions/${grandchild}/messages`, expected)).status).toBe(201);
    const chain = await call("GET", `/sessions/${grandchild}/chain`);
    expect(chain.json.items.map(({ session_id }) => session_id)).toEqual([grandchild, child, id]);
    expect(chain.json.next_cursor).toBeNull();
    const children = await call("GET", `/sessions?parent_session_id=${id}`);
    expect(children.json.items.map(({ session_id }) => session_id)).toEqual([child]);
    expect((await call("GET", `/sessions/${id}/stats`)).json).toMatchObject({ forks: 1 });
    // What is shared belongs to the parent.
    const edit = await call("PUT", `/sessions/${child}/messages/a`, { role: "user", content: "Changed" });
    expect(edit.json).toMatchObject({ status: 409, reason: "shared_history" });
    const removal = await call("DELETE", `/sessions/${child}/messages/a`);
    expect(removal.json).toMatchObject({ status: 409, reason: "shared_history" });
  });

  test.each([
    [{ at_seq: 0 }, "position"],
    [{ at_seq: -1 }, "position"],
    [{ at_seq: 3 }, "position"],
    [{ at_seq: 1.5 }, "type"],
    [{ user_id: "eve" }, "unknown_field"],
    [{ parent_session_id: "other" }, "unknown_field"],
    [{ tags: Array.from({ length: 10_000 }, String) }, "too_long"],
  ])("a fork is refused, case %#, and nothing is written", async (body, reason) => {
    const server = testServer();
    const { call, newSession } = server;
    const id = await newSession();
    await talk(server, id, "a", "b");
    expect((await call("POST", `/sessions/${id}/fork`, body)).json).toMatchObject({ status: 400, reason });
    expect((await call("GET", "/sessions")).json.items).toHaveLength(1);
  });

  test("of what is not there, or deleted, are not found", async () => {
    const { call, newSession } = testServer();
    const id = await newSession();
    await call("DELETE", `/sessions/${id}`);
    for (const session of [id, "nobody"]) {
      expect((await call("POST", `/sessions/${session}/fork`, {})).json).toMatchObject({ status: 404 });
      expect((await call("GET", `/sessions/${session}/chain`)).status).toBe(404);
      expect((await call("GET", `/sessions/${session}/branches`)).status).toBe(404);
    }
  });
});
