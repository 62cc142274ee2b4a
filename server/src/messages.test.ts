import { describe, expect, test } from "vitest";
import { origin, testServer } from "./test/test-server.ts";

const hello = { id: "m1", role: "user", content: "Hello" };

describe("appending", () => {
  test("answers ids and positions; the same again 200 with the same body", async () => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/messages`;
    const body = {
      messages: [hello, { id: "m2", role: "assistant", content: [{ type: "text", text: "Hi" }] }],
    };
    const first = await call("POST", path, body);
    expect([first.status, first.json]).toEqual([
      201,
      {
        items: [
          { id: "m1", seq: 1 },
          { id: "m2", seq: 2 },
        ],
      },
    ]);
    const again = await call("POST", `/v1${path}`, body);
    expect([again.status, again.text]).toEqual([200, first.text]);
  });

  test("with an operation id, in the body or as a header, is carried out once", async () => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/messages`;
    const messages = [{ role: "user", content: "no id" }];
    const first = await call("POST", path, { messages, operation_id: "op-1" });
    const again = await call("POST", path, { messages }, { "idempotency-key": "op-1" });
    expect([first.status, again.status, again.text]).toEqual([201, 200, first.text]);
    const other = await call("POST", path, { messages: [hello], operation_id: "op-1" });
    expect([other.status, other.json.reason]).toEqual([409, "operation_reused"]);
    const both = await call("POST", path, { messages, operation_id: "op-1" }, { "idempotency-key": "op-2" });
    expect(both.status).toBe(400);
  });

  test("at another position than expected, or under an id with other content, is a conflict", async () => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/messages`;
    expect((await call("POST", path, { messages: [hello], expected_seq: 0 })).status).toBe(201);
    const late = await call("POST", path, { messages: [{ ...hello, id: "m2" }], expected_seq: 0 });
    expect([late.status, late.json.reason, late.json.actual]).toEqual([409, "position", 1]);
    const other = await call("POST", path, { messages: [{ ...hello, content: "Bye" }] });
    expect([other.status, other.json.code, other.json.reason]).toEqual([
      409,
      "conflict",
      "different_content",
    ]);
    expect((await call("POST", path, { messages: [{ ...hello, id: "m2" }], expected_seq: 1 })).status).toBe(
      201,
    );
  });

  test("after another message makes a branch, which the head follows when told to", async () => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/messages`;
    await call("POST", path, { messages: [hello, { ...hello, id: "m2" }] });
    await call("POST", path, { messages: [{ ...hello, id: "m3", parent_id: "m1" }] });
    const ids = async () => (await call("GET", path)).json.items.map(({ id }) => id);
    expect(await ids()).toEqual(["m1", "m2"]);
    await call("POST", path, { messages: [{ ...hello, id: "m4", parent_id: "m1" }], head: "move" });
    expect(await ids()).toEqual(["m1", "m4"]);
  });

  test("keeps every field, and any string of content as it was", async () => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/messages`;
    const content = [
      { type: "text", text: "a\u0000b\ud800c\u2028" },
      {
        type: "tool-call",
        tool_call_id: "c1",
        tool_name: "t",
        input: { toolCallId: 1, deep: [{ is_error: null }] },
      },
      { type: "tool-result", tool_call_id: "c1", output: "ok", is_error: true },
    ];
    const message = {
      id: "ü/1 %25?#",
      role: "assistant",
      content,
      model: "m",
      usage: { input: 1, output: 2, cache_read: 3 },
      cost: 0.25,
      token_count: 7,
      native: { format: "x", text: '{"a":"\ud800"}' },
      metadata: { injected: true },
      created_at: "2024-05-06T07:08:09.123Z",
    };
    expect((await call("POST", path, { messages: [message] })).status).toBe(201);
    const { native, ...rest } = message;
    const stored = (await call("GET", `${path}/${encodeURIComponent(message.id)}`)).json;
    expect(stored).toMatchObject({ ...rest, seq: 1, parent_seq: null, revision: 1 });
    expect(stored.content).toEqual(content);
    expect("native" in stored).toBe(false);
    expect((await call("GET", `${path}?native=true`)).json.items[0]?.native).toEqual(native);
  });

  test.each([
    [{ messages: [] }, 400, "messages"],
    [
      { messages: Array.from({ length: 1_001 }, (_, index) => ({ ...hello, id: `${index}` })) },
      413,
      "messages",
    ],
    [{ messages: [hello, hello] }, 400, "id"],
    [{ messages: [{ ...hello, role: "robot" }] }, 400, "type"],
    [{ messages: [{ ...hello, content: 3 }] }, 400, "type"],
    [{ messages: [{ ...hello, content: [{ type: "tool-call", toolCallId: "x" }] }] }, 400, "type"],
    [{ messages: [{ ...hello, surprise: 1 }] }, 400, "unknown_field"],
    [{ messages: [{ ...hello, parentId: "m0" }] }, 400, "unknown_field"],
    [{ messages: [{ ...hello, parent_id: "nobody" }] }, 404, "absent"],
    [{ messages: [{ ...hello, created_at: "yesterday" }] }, 400, "type"],
    [{ messages: [{ ...hello, metadata: { text: "x".repeat(70_000) } }] }, 413, "metadata"],
    [{ messages: [{ ...hello, content: "x".repeat(17 * 1024 * 1024) }] }, 413, "message"],
    [{ messages: hello }, 400, "type"],
    [{ messages: [hello], expected_seq: -1 }, 400, "type"],
    [{ messages: [hello], expected_seq: "1" }, 400, "type"],
    [{ messages: [hello], head: "stay" }, 400, "type"],
    [{ messages: [hello], operation_id: "" }, 400, "type"],
    [{ messages: [hello], more: 1 }, 400, "unknown_field"],
    [[hello], 400, "type"],
    ["null", 400, "type"],
  ])("refuses body %#", async (body, status, reason) => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/messages`;
    const reply = await call("POST", path, body);
    expect(reply.status, reply.text).toBe(status);
    expect(reply.json.reason).toBe(reason);
    expect((await call("GET", path)).json.items).toEqual([]);
  });

  test("to a session that is not there is refused", async () => {
    const { call } = testServer();
    expect((await call("POST", "/sessions/nobody/messages", { messages: [hello] })).status).toBe(404);
    expect((await call("GET", "/sessions/nobody/messages")).status).toBe(404);
  });
});

describe("listing", () => {
  async function tenMessages() {
    const server = testServer();
    const path = `/sessions/${await server.newSession()}/messages`;
    const messages = Array.from({ length: 10 }, (_, index) => ({ role: "user", content: `${index + 1}` }));
    await server.call("POST", path, { messages });
    const positions = async (query: string) => {
      const { status, json } = await server.call("GET", `${path}?${query}`);
      expect(status).toBe(200);
      return {
        seqs: json.items.map(({ seq }) => seq),
        next: json.next_cursor,
        previous: json.previous_cursor,
      };
    };
    return { ...server, path, positions };
  }

  test("by position, the last ones, and both ways by cursor", async () => {
    const { positions } = await tenMessages();
    const first = await positions("limit=4");
    expect(first).toMatchObject({ seqs: [1, 2, 3, 4], previous: null });
    const second = await positions(`limit=4&cursor=${String(first.next)}`);
    expect(second.seqs).toEqual([5, 6, 7, 8]);
    expect((await positions(`limit=4&cursor=${String(second.previous)}`)).seqs).toEqual([1, 2, 3, 4]);
    const last = await positions("last=3");
    expect(last).toMatchObject({ seqs: [8, 9, 10], next: null });
    expect((await positions(`limit=2&cursor=${String(last.previous)}`)).seqs).toEqual([6, 7]);
    expect((await positions("after_seq=8")).seqs).toEqual([9, 10]);
    expect((await positions("before_seq=4&limit=2")).seqs).toEqual([2, 3]);
    expect((await positions("after_seq=10")).seqs).toEqual([]);
  });

  test.each([
    "last=0",
    "last=x",
    "last=1001",
    "limit=0",
    "limit=1e2",
    "limit= 5",
    "after_seq=-1",
    "last=1&after_seq=2",
    "cursor=rubbish",
    "cursor=",
    "native=yes",
  ])("refuses %s", async (query) => {
    const { call, path } = await tenMessages();
    const { status, json } = await call("GET", `${path}?${query}`);
    expect([status, json.code]).toEqual([400, "invalid"]);
  });

  test("refuses a cursor of another session", async () => {
    const { call, path, newSession } = await tenMessages();
    const cursor = String((await call("GET", `${path}?limit=1`)).json.next_cursor);
    const { status, json } = await call("GET", `/sessions/${await newSession()}/messages?cursor=${cursor}`);
    expect([status, json.reason]).toEqual([400, "cursor"]);
  });
});

describe("putting", () => {
  test("appends what is new and replaces what is there, at its position", async () => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/messages`;
    const created = await call("PUT", `${path}/m1`, { role: "user", content: "One" });
    expect([created.status, created.json.seq, created.json.revision]).toEqual([201, 1, 1]);
    await call("PUT", `${path}/m2`, { role: "user", content: "Two" });
    const replaced = await call("PUT", `${path}/m1`, { ...hello, content: "Uno", expected_revision: 1 });
    expect(replaced.status).toBe(200);
    expect(replaced.json).toMatchObject({ id: "m1", seq: 1, revision: 2, content: "Uno" });
    const late = await call("PUT", `${path}/m1`, { role: "user", content: "Eins", expected_revision: 1 });
    expect([late.status, late.json.code]).toEqual([409, "conflict"]);
    const wrong = await call("PUT", `${path}/m1`, { ...hello, id: "m9" });
    expect([wrong.status, wrong.json.reason]).toEqual([400, "id"]);
  });

  test("a deleted message's id is a conflict", async () => {
    const { call, newSession } = testServer();
    const path = `/sessions/${await newSession()}/messages`;
    await call("POST", path, { messages: [hello] });
    expect((await call("DELETE", `${path}/m1`)).status).toBe(204);
    expect((await call("DELETE", `${path}/m1`)).status).toBe(404);
    expect((await call("GET", `${path}/m1`)).status).toBe(404);
    const { status, json } = await call("PUT", `${path}/m1`, { role: "user", content: "Back" });
    expect([status, json.reason]).toEqual([409, "removed"]);
  });
});

describe("exporting", () => {
  test("writes the session in each format", async () => {
    const { call, newSession, throughline } = testServer();
    const id = await newSession({ title: "Greeting" });
    await call("POST", `/sessions/${id}/messages`, { messages: [hello] });
    const json = await call("GET", `/sessions/${id}/export`);
    expect(json.json).toMatchObject({
      session_id: id,
      title: "Greeting",
      messages: [{ id: "m1", content: "Hello" }],
    });
    const markdown = await call("GET", `/sessions/${id}/export?format=markdown`);
    expect(markdown.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
    expect(markdown.text).toContain("**Title:** Greeting");
    const text = await call("GET", `/sessions/${id}/export?format=text`, undefined, { accept: "text/*" });
    expect(text.text).toContain("USER:\nHello");
    expect((await call("GET", `/sessions/${id}/export?format=pdf`)).status).toBe(400);
    const refused = await call("GET", `/sessions/${id}/export?format=text`, undefined, {
      accept: "application/json",
    });
    expect([refused.status, refused.json.reason]).toEqual([406, "not_acceptable"]);
    await throughline.sessions.delete(id);
    expect((await call("GET", `/sessions/${id}/export`)).status).toBe(404);
  });

  test("of a long session comes piece by piece, and stops when nobody reads on", async () => {
    const { call, newSession, server } = testServer();
    const id = await newSession();
    const messages = Array.from({ length: 1_000 }, () => ({ role: "user", content: "x".repeat(1_000) }));
    await call("POST", `/sessions/${id}/messages`, { messages });
    const response = await server.fetch(new Request(`${origin}/sessions/${id}/export`));
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.length).toBeLessThan(10_000);
    await reader?.cancel();
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
  });
});

test("search finds what was just written, with its place", async () => {
  const { call, newSession } = testServer();
  const id = await newSession({ title: "T", user_id: "ada", project_id: "p", tool_id: "codex" });
  await call("POST", `/sessions/${id}/messages`, {
    messages: [{ ...hello, content: "the quick fox", created_at: "2024-01-01T00:00:00Z" }],
  });
  for (const query of [
    "",
    "session_id=" + id,
    "user_id=ada",
    "project_id=p",
    "tool_id=codex",
    "role=user",
    "since=2023-01-01T00:00:00Z",
    "order=recent",
    "limit=1",
  ]) {
    const { status, json } = await call("GET", `/search?q=quick&${query}`);
    expect(status).toBe(200);
    expect(json.items).toMatchObject([
      { session_id: id, seq: 1, message_id: "m1", title: "T", snippet: "the quick fox" },
    ]);
    expect(json.next_cursor).toBeNull();
  }
  for (const query of ["user_id=eve", "role=tool", "until=2023-01-01T00:00:00Z"]) {
    expect((await call("GET", `/search?q=quick&${query}`)).json.items).toEqual([]);
  }
  for (const query of [
    "",
    "q=",
    "q=%22",
    "q=-fox",
    "q=x&since=yesterday",
    "q=x&role=robot",
    "q=x&text=y",
    "q=x&limit=1001",
  ]) {
    expect((await call("GET", `/search?${query}`)).status, query).toBe(400);
  }
});

test("statistics count what is there", async () => {
  const { call, newSession } = testServer();
  await call("POST", `/sessions/${await newSession({ tool_id: "codex" })}/messages`, { messages: [hello] });
  const { json } = await call("GET", "/stats");
  expect(json).toMatchObject({ sessions: { total: 1, by_tool: { codex: 1 } }, messages: 1 });
});
