import { describe, expect, test } from "vitest";
import { testServer } from "./test/test-server.ts";

describe("creating", () => {
  test("answers the session with its id and where it is", async () => {
    const { call } = testServer();
    const { status, json, headers } = await call("POST", "/sessions", {
      user_id: "ada",
      project_id: "p1",
      tool_id: "web-chat",
      model: "m",
      title: "First",
      workspace_path: "/home/ada/work",
      profile_id: "work",
      terminal_id: "t-1",
      process_id: 42,
      pinned: true,
      tags: ["a", "b"],
      summary: "short",
      metadata: { build: { branch: "main" } },
      metrics: { tokens: 3 },
      expires_at: "2030-01-02T03:04:05.678Z",
    });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`/sessions/${String(json.session_id)}`);
    expect(json).toMatchObject({
      tenant_id: "default",
      user_id: "ada",
      project_id: "p1",
      tool_id: "web-chat",
      status: "active",
      archived: false,
      pinned: true,
      tags: ["a", "b"],
      process_id: 42,
      metadata: { build: { branch: "main" } },
      metrics: { tokens: 3 },
      expires_at: "2030-01-02T03:04:05.678Z",
      message_count: 0,
      revision: 1,
    });
    expect((await call("GET", `/sessions/${String(json.session_id)}`)).json).toEqual(json);
  });

  test("with the same external key answers 200 and the session that is there", async () => {
    const { call } = testServer();
    const first = await call("POST", "/sessions", { external_key: "thread-1", title: "One" });
    const second = await call("POST", "/v1/sessions", { external_key: "thread-1", title: "Two" });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.json).toEqual(first.json);
    const other = await call("POST", "/sessions", { external_key: "thread-1", tool_id: "other" });
    expect(other.status).toBe(201);
  });

  test("below a parent that is not there is refused", async () => {
    const { call } = testServer();
    const { status, json } = await call("POST", "/sessions", { parent_session_id: "nobody" });
    expect(status).toBe(404);
    expect(json).toMatchObject({ code: "not_found", reason: "session", session: "nobody" });
  });
});

describe("listing", () => {
  test("goes through pages to the end", async () => {
    const { call, newSession } = testServer();
    for (let index = 0; index < 5; index += 1) await newSession({ title: `${index}` });
    const titles: string[] = [];
    let cursor = "";
    for (let page = 0; page < 3; page += 1) {
      const { json } = await call("GET", `/sessions?limit=2&order=created${cursor}`);
      titles.push(...json.items.map(({ title }) => String(title)));
      cursor = `&cursor=${String(json.next_cursor)}`;
      expect(json.next_cursor === null).toBe(page === 2);
    }
    expect(titles.toSorted()).toEqual(["0", "1", "2", "3", "4"]);
  });

  test.each([
    ["user_id=ada", ["ada"]],
    ["project_id=p1", ["ada"]],
    ["tool_id=codex", ["codex"]],
    ["status=archived", ["old"]],
    ["pinned=true", ["codex"]],
    ["pinned=false&tag=x", ["old"]],
    ["workspace_path=%2Fhome%2F%C3%BC", ["ada"]],
    ["process_id=7", ["codex"]],
    ["external_key=k%201", ["old"]],
    ["q=COD", ["codex"]],
    ["metadata.build.branch=main", ["ada"]],
    ["metadata.n=3", ["ada"]],
    ["metadata.n=%223%22", ["old"]],
    ["metadata.done=true", ["codex"]],
    ["metadata.done=null", ["old"]],
    ["metadata.done=true&metadata.n=3", []],
    ["user_id=nobody", []],
  ])("filters by %s", async (query, titles) => {
    const { call, newSession } = testServer();
    const common = { title: "ada", user_id: "ada", project_id: "p1" };
    await newSession({ ...common, workspace_path: "/home/ü", metadata: { build: { branch: "main" }, n: 3 } });
    await newSession({
      title: "codex",
      tool_id: "codex",
      pinned: true,
      process_id: 7,
      metadata: { done: true },
    });
    const old = await newSession({
      title: "old",
      external_key: "k 1",
      tags: ["x"],
      metadata: { n: "3", done: null },
    });
    await call("PATCH", `/sessions/${old}`, { status: "archived" });
    const { status, json } = await call("GET", `/sessions?${query}`);
    expect(status).toBe(200);
    expect(json.items.map(({ title }) => title)).toEqual(titles);
  });
});

describe("patching", () => {
  test("merges objects, empties what is null and leaves the rest", async () => {
    const { call, newSession } = testServer();
    const id = await newSession({
      title: "A",
      model: "m",
      tags: ["x"],
      pinned: true,
      metadata: { keep: 1, drop: 2, deep: { a: 1, b: [1, null] } },
    });
    const patch = {
      title: null,
      tags: null,
      pinned: null,
      metadata: { drop: null, deep: { b: [2] }, new: { c: 1 } },
    };
    const { status, json } = await call("PATCH", `/sessions/${id}`, patch, {
      "content-type": "application/merge-patch+json; charset=UTF-8",
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ title: null, model: "m", tags: [], pinned: false, revision: 2 });
    expect(json.metadata).toEqual({ keep: 1, deep: { a: 1, b: [2] }, new: { c: 1 } });
    const emptied = await call("PATCH", `/sessions/${id}`, { metadata: null, status: "archived" });
    expect(emptied.json).toMatchObject({ metadata: {}, status: "archived", archived: true });
    expect((await call("PATCH", `/sessions/${id}`, { status: null })).json).toMatchObject({
      status: "active",
    });
  });

  test("at another revision than expected is a conflict", async () => {
    const { call, newSession } = testServer();
    const id = await newSession({ title: "A" });
    expect((await call("PATCH", `/sessions/${id}`, { title: "B", expected_revision: 1 })).status).toBe(200);
    for (const patch of [{ title: "C" }, { metadata: { c: 1 } }]) {
      const { status, json } = await call("PATCH", `/sessions/${id}`, { ...patch, expected_revision: 1 });
      expect([status, json.code, json.outcome]).toEqual([409, "conflict", "refused"]);
    }
    expect((await call("GET", `/sessions/${id}`)).json).toMatchObject({ title: "B", metadata: {} });
  });

  test("from many callers at once loses no member", async () => {
    const { call, newSession } = testServer();
    const id = await newSession();
    const names = ["a", "b", "c", "d", "e"];
    const replies = await Promise.all(
      names.map((name) => call("PATCH", `/sessions/${id}`, { metadata: { [name]: true } })),
    );
    expect(replies.map(({ status }) => status)).toEqual(names.map(() => 200));
    const { metadata } = (await call("GET", `/sessions/${id}`)).json;
    expect(Object.keys(metadata ?? {}).toSorted()).toEqual(names);
  });

  test("keeps a member called __proto__ as what it is", async () => {
    const { call, newSession } = testServer();
    const id = await newSession();
    const { text } = await call("PATCH", `/sessions/${id}`, '{"metadata":{"__proto__":{"polluted":true}}}');
    expect(text).toContain('"metadata":{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test.each([
    ["user_id", "eve"],
    ["session_id", "x"],
    ["external_key", "k"],
    ["tenant_id", "t"],
    ["message_count", 3],
  ])("can't change %s", async (name, value) => {
    const { call, newSession } = testServer();
    const { status, json } = await call("PATCH", `/sessions/${await newSession()}`, { [name]: value });
    expect([status, json.code, json.reason]).toEqual([400, "invalid", "unknown_field"]);
  });
});

test("a deleted session is gone until it is undeleted", async () => {
  const { call, newSession } = testServer();
  const id = await newSession({ external_key: "k" });
  const gone = await call("DELETE", `/sessions/${id}`);
  expect([gone.status, gone.text]).toEqual([204, ""]);
  expect((await call("GET", `/sessions/${id}`)).status).toBe(404);
  expect((await call("DELETE", `/sessions/${id}`)).status).toBe(404);
  expect((await call("GET", "/sessions")).json.items).toEqual([]);
  const back = await call("POST", `/sessions/${id}/undelete`);
  expect([back.status, back.json.session_id]).toEqual([200, id]);
  expect((await call("POST", `/sessions/${id}/undelete`, {})).status).toBe(200);
  expect((await call("POST", `/sessions/${id}/undelete`, { erase: true })).status).toBe(400);
  expect((await call("POST", "/sessions/nobody/undelete")).status).toBe(404);
});

test("a session whose key another took can't be undeleted", async () => {
  const { call, newSession } = testServer();
  const id = await newSession({ external_key: "k" });
  await call("DELETE", `/sessions/${id}`);
  await newSession({ external_key: "k" });
  const { status, json } = await call("POST", `/sessions/${id}/undelete`);
  expect([status, json.code, json.reason]).toEqual([409, "conflict", "unique"]);
});
