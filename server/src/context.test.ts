import { describe, expect, test } from "vitest";
import { testServer } from "./test/test-server.ts";

const { call, newSession, throughline } = testServer();

describe("the context of a session", () => {
  test("takes one thing of each kind in flat fields, and answers as GET does", async () => {
    const id = await newSession();
    const recorded = await call("POST", `/sessions/${id}/context`, {
      file_path: "/path/to/file.py",
      file_importance: 0.8,
      search_query: "authentication implementation",
      decision: "Using JWT for auth",
      memory_id: "mem_abc123",
      memory_key: "architecture",
    });
    expect(recorded.status).toBe(200);
    const [file] = (recorded.json.context as unknown as { files_accessed: { accessed_at: string }[] })
      .files_accessed;
    const time = file?.accessed_at;
    expect(recorded.json).toEqual({
      session_id: id,
      context: {
        files_accessed: [
          { path: "/path/to/file.py", kind: "VIEW", importance: 0.8, order: 1, accessed_at: time },
        ],
        file_importance_scores: { "/path/to/file.py": 0.8 },
        recent_searches: [{ query: "authentication implementation", timestamp: time }],
        decisions: [{ decision: "Using JWT for auth", timestamp: time }],
        saved_memories: [{ id: "mem_abc123", key: "architecture", timestamp: time }],
        workspace: null,
      },
      compressed: false,
      size_bytes: Buffer.byteLength(JSON.stringify(recorded.json.context)),
      totals: { files: 1, searches: 1, decisions: 1, memories: 1 },
      truncated: false,
    });
    const read = await call("GET", `/sessions/${id}/context`);
    expect(read.json).toEqual(recorded.json);
    expect((await call("GET", `/v1/sessions/${id}/context?full=true`)).text).toBe(read.text);
  });

  test("takes lists, awkward text, nulls in flat fields, and nothing at all", async () => {
    const id = await newSession();
    const awkward = "NUL \0, lone \ud800";
    await call("POST", `/sessions/${id}/context`, {
      file_path: null,
      files: [
        { path: "a.ts", kind: "EDIT", accessed_at: "2026-01-02T03:04:05Z", size: 3 },
        { path: "b.ts", importance: 0 },
      ],
      search_query: awkward,
      searches: ["second", { query: "first", timestamp: "2026-01-01T00:00:00Z" }],
      decisions: [awkward],
      memories: [{ id: "mem_1", key: "k" }],
      workspace: { open: [awkward] },
    });
    const { json } = await call("POST", `/sessions/${id}/context`, {});
    expect(json).toMatchObject({
      context: {
        files_accessed: [{ path: "a.ts", kind: "EDIT" }, { path: "b.ts" }],
        file_importance_scores: { "b.ts": 0 },
        recent_searches: [{ query: "first" }, { query: awkward }, { query: "second" }],
        decisions: [{ decision: awkward }],
        workspace: { open: [awkward] },
      },
      totals: { files: 2, searches: 3, decisions: 1, memories: 1 },
    });
  });

  test("is recorded once under one operation id, from the body or the header", async () => {
    const id = await newSession();
    const path = `/sessions/${id}/context`;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await call("POST", path, { decision: "a", operation_id: "one" });
      const { json } = await call("POST", path, { decision: "b" }, { "idempotency-key": "two" });
      expect(json.totals).toMatchObject({ decisions: 2 });
    }
    const other = await call("POST", path, { decision: "c", operation_id: "one" });
    expect([other.status, other.json.reason]).toEqual([409, "operation_reused"]);
  });

  test("is read page by page", async () => {
    const id = await newSession();
    const files = Array.from({ length: 5 }, (_, index) => ({ path: `${index}.ts` }));
    await call("POST", `/sessions/${id}/context`, { files });
    const first = await call("GET", `/sessions/${id}/context/files?limit=3`);
    const cursor = String(first.json.next_cursor);
    const second = await call("GET", `/sessions/${id}/context/files?limit=3&cursor=${cursor}`);
    expect(second.json.next_cursor).toBeNull();
    expect([...first.json.items, ...second.json.items]).toMatchObject(
      files.map(({ path }, index) => ({ path, order: index + 1 })),
    );
  });

  test.each([
    [{ file_path: "a", file_importance: 1.1 }, 400, "type"],
    [{ file_path: "a", file_importance: 90 }, 400, "type"],
    [{ file_importance: 0.5 }, 400, "type"],
    [{ file_path: "../secret" }, 400, "type"],
    [{ memory_id: "mem_1" }, 400, "type"],
    [{ memory_key: "k" }, 400, "type"],
    [{ files: [{ path: "a", kind: "READ" }] }, 400, "type"],
    [{ files: [{ path: "a", at: "2026-01-01T00:00:00Z" }] }, 400, "unknown_field"],
    [{ search: "a" }, 400, "unknown_field"],
    [{ search_query: 1 }, 400, "type"],
    [{ decisions: Array.from({ length: 5 }, () => "x".repeat(1024 * 1024)) }, 413, "context"],
  ])("refuses what is wrong, case %#, and records nothing", async (body, status, reason) => {
    const id = await newSession();
    const reply = await call("POST", `/sessions/${id}/context`, { decision: "right", ...body });
    expect([reply.status, reply.json.reason]).toEqual([status, reason]);
    expect((await throughline.context.get(id)).totals).toMatchObject({ files: 0, decisions: 0 });
  });

  test("is not found without its session", async () => {
    for (const path of ["context", "context/files", "resources", "checkpoints", "checkpoints/a"]) {
      expect((await call("GET", `/sessions/none/${path}`)).status).toBe(404);
    }
    expect((await call("POST", "/sessions/none/context", { decision: "a" })).status).toBe(404);
  });
});

test("checkpoints are taken, listed, compared, restored and forgotten", async () => {
  const id = await newSession();
  const path = `/sessions/${id}/checkpoints`;
  await call("POST", `/sessions/${id}/context`, { file_path: "a.ts", file_importance: 1 });
  const made = await call("POST", path, { name: "a b/c", state: { step: 1 } });
  expect(made.status).toBe(201);
  const own = `${path}/a%20b%2Fc`;
  expect(made.headers.get("location")).toBe(own);
  expect((await call("POST", path, { name: "a b/c" })).status).toBe(409);
  expect((await call("GET", path)).json).toEqual({ items: [made.json], next_cursor: null });
  await call("POST", `/sessions/${id}/context`, { decision: "wrong", file_path: "a.ts", file_importance: 0 });
  expect((await call("GET", `${own}/compare`)).json).toMatchObject({
    from: "a b/c",
    to: null,
    added: { decisions: [{ decision: "wrong" }], files_accessed: [{ path: "a.ts", order: 2 }] },
    scores: { "a.ts": { from: 1, to: 0 } },
    state_changed: null,
  });
  const restored = await call("POST", `${own}/restore`);
  expect(restored.json).toMatchObject({ name: "a b/c", state: { step: 1 } });
  expect((await call("GET", own)).json).toEqual(restored.json);
  expect((await call("GET", `/sessions/${id}/context`)).json.context).toEqual(restored.json.context);
  expect((await call("DELETE", own)).status).toBe(204);
  expect((await call("DELETE", own)).status).toBe(404);
});

test("resources are tracked, listed by use, and linked to sessions", async () => {
  const first = await call("POST", "/resources", {
    path: "lib/a.ts",
    project_id: "p",
    type: "Code",
    size: 3,
  });
  expect([first.status, first.json.type, first.json.size]).toEqual([201, "code", 3]);
  const again = await call("POST", "/resources", { path: "lib/a.ts", project_id: "p", importance: 0.5 });
  expect([again.status, again.json.access_count]).toEqual([200, 2]);
  await call("POST", "/resources", { path: "lib/b.md", project_id: "p" });
  const accessed = await call("GET", "/resources?order=accessed&project_id=p");
  expect(accessed.json.items.map(({ path }) => path)).toEqual(["lib/a.ts", "lib/b.md"]);
  const recent = await call("GET", "/resources?order=recent&project_id=p&limit=1");
  expect(recent.json.items.map(({ path }) => path)).toEqual(["lib/b.md"]);
  const id = String(first.json.resource_id);
  expect((await call("GET", `/resources/${id}`)).json).toEqual(again.json);
  const session = await newSession({ project_id: "p" });
  const link = { resource_id: id, importance_score: 0.9, included_in_context: true };
  const linked = await call("POST", `/sessions/${session}/resources`, { resources: [link] });
  expect(linked.json.items).toMatchObject([link]);
  expect((await call("GET", `/sessions/${session}/resources`)).json).toEqual(linked.json);
  const other = await newSession();
  const refused = await call("POST", `/sessions/${other}/resources`, { resources: [link] });
  expect([refused.status, refused.json.reason]).toEqual([400, "project"]);
  const wrong = await call("POST", `/sessions/${session}/resources`, {
    resources: [{ resource_id: id, importance_score: 80 }],
  });
  expect([wrong.status, wrong.json.reason]).toEqual([400, "type"]);
  expect(String(wrong.json.detail)).toContain("80 of 100 is 0.8");
  const ranked = await call("GET", "/resources?order=importance&project_id=p&limit=1");
  expect(ranked.json).toMatchObject({
    items: [
      { path: "lib/a.ts", importance: 0.5, ranking: { parts: { score: { value: 0.5, weight: 0.25 } } } },
    ],
    next_cursor: null,
  });
  const own = await call("GET", `/sessions/${session}/resources?order=importance`);
  expect(own.json.items).toMatchObject([{ ...link, ranking: { parts: { score: { value: 0.9 } } } }]);
  const paged = await call("GET", "/resources?order=importance&cursor=a");
  expect([paged.status, paged.json.reason]).toEqual([400, "cursor"]);
  expect((await call("GET", "/sessions/none/resources?order=importance")).status).toBe(404);
  expect((await call("GET", "/resources?order=size")).status).toBe(400);
  const found = await call("POST", `/resources/${id}/dependencies`, {
    content: 'import "./b.js"; import "./c"',
  });
  expect(found.json).toEqual({ count: 2, added: 2, removed: 0, omitted: 0 });
  const given = await call("PUT", `/resources/${id}/dependencies`, { dependencies: [{ path: "lib/b.md" }] });
  expect(given.json).toEqual({ count: 1, added: 1, removed: 0 });
  const dependencies = await call("GET", `/resources/${id}/dependencies?limit=2`);
  expect(dependencies.json).toMatchObject({
    items: [
      { path: "lib/b.md", kind: "given" },
      { path: "lib/b.ts", kind: "import", resource_id: null },
    ],
    next_cursor: expect.any(String) as string,
  });
  const target = String(dependencies.json.items[0]?.resource_id);
  expect((await call("GET", `/resources/${target}/dependents`)).json.items).toMatchObject([
    { resource_id: id, path: "lib/a.ts", kind: "given" },
  ]);
  const unknown = await call("POST", `/resources/${target.slice(0, -1)}x/dependencies`, { content: "" });
  expect([unknown.status, unknown.json.reason]).toEqual([404, "resource"]);
  const rust = await call("POST", "/resources", { path: "lib/a.rs", project_id: "p" });
  const language = await call("POST", `/resources/${String(rust.json.resource_id)}/dependencies`, {
    content: "",
  });
  expect([language.status, language.json.reason]).toEqual([400, "language"]);
  expect((await call("DELETE", `/resources/${id}`)).status).toBe(204);
  expect((await call("DELETE", `/resources/${id}`)).status).toBe(404);
  const left = await call("GET", `/sessions/${session}/resources`);
  expect(left.json.items).toMatchObject([{ path: "lib/a.ts", importance_score: 0.9, removed: true }]);
  expect((await call("GET", "/resources/none")).status).toBe(404);
});
