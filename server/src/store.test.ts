/** The store protocol: who may use it, for whom, and what it refuses. What the verbs do is the conformance suite's. */
import { completeRecord, sessions } from "@throughline/core";
import { describe, expect, test } from "vitest";
import type { Caller } from "./caller.ts";
import { type TestServer, testServer } from "./test/test-server.ts";

function insertSession(id: string): object {
  return {
    type: "insert",
    kind: "sessions",
    record: completeRecord(sessions, { id, status: "active" }),
    exists: "keep",
  };
}

const read = { requests: [{ type: "get", kind: "sessions", keys: [["s"]] }] };
const readHidden = { requests: [{ type: "get", kind: "sessions", keys: [["s"]], hidden: true }] };
const page = { direction: "forward", limit: 10 } as const;
const listBlobs = { requests: [{ type: "query", kind: "blob_pieces", shape: "key", prefix: [], ...page }] };
const readBlob = {
  requests: [{ type: "query", kind: "blob_pieces", shape: "key", prefix: ["f00"], ...page }],
};
const readSource = {
  requests: [{ type: "query", kind: "source_chunks", shape: "key", prefix: ["source"], ...page }],
};
const countBlobs = { requests: [{ type: "count", kind: "blobs", shape: "key", prefix: [] }] };
const search = { text: { required: [{ words: ["a"] }], excluded: [] }, order: "rank", limit: 1, skip: 0 };
const changes = { limit: 10 };
const prune = { changes: 0, operations: 0 };

/** A server whose callers name their tenant and role in headers. */
function serverWithCallers(): TestServer {
  return testServer({
    authenticate: ({ headers }) => {
      const role = headers.get("x-role");
      return role === null
        ? undefined
        : { tenant: headers.get("x-tenant") ?? "default", role: role as Caller["role"] };
    },
  });
}

describe("roles", () => {
  const calls = [
    ["GET", "/store", undefined, "reader"],
    ["POST", "/store/read", read, "reader"],
    ["POST", "/store/read", readHidden, "writer"],
    ["POST", "/store/read", readBlob, "reader"],
    ["POST", "/store/read", listBlobs, "writer"],
    ["POST", "/store/read", countBlobs, "writer"],
    ["POST", "/store/read", readSource, "writer"],
    ["POST", "/store/search", search, "reader"],
    ["POST", "/store/changes", changes, "reader"],
    ["POST", "/store/commit", { writes: [] }, "writer"],
    ["POST", "/store/check", undefined, "admin"],
    ["POST", "/store/prune", prune, "admin"],
  ] as const;
  const roles = ["reader", "writer", "admin"] as const;

  test.for(calls)("%s %s with %j needs the role %s", async ([method, path, body, needed]) => {
    const { call } = serverWithCallers();
    expect((await call(method, path, body)).status).toBe(401);
    const answered: Record<string, unknown> = {};
    for (const role of roles) {
      const { status, json } = await call(method, path, body, { "x-role": role });
      answered[role] = status < 300 ? "taken" : [json.code, json.reason, json.outcome];
    }
    const refused = ["forbidden", "role", "refused"];
    expect(answered).toEqual(
      Object.fromEntries(
        roles.map((role) => [role, roles.indexOf(role) >= roles.indexOf(needed) ? "taken" : refused]),
      ),
    );
  });

  test.for(["/store/check", "/store/prune"])(
    "%s is not for administrators of another tenant",
    async (path) => {
      const { call } = serverWithCallers();
      const headers = { "x-role": "admin", "x-tenant": "guest" };
      const reply = await call("POST", path, path === "/store/prune" ? prune : {}, headers);
      expect(reply.json).toMatchObject({ status: 403, reason: "role" });
    },
  );
});

describe("tenants", () => {
  test("a body without a tenant is about the caller's, and one that names another is refused", async () => {
    const { call } = serverWithCallers();
    const as = (tenant: string): Record<string, string> => ({ "x-role": "writer", "x-tenant": tenant });
    const writes = [insertSession("s")];
    expect((await call("POST", "/store/commit", { writes }, as("a"))).status).toBe(200);
    expect((await call("POST", "/store/commit", { tenant: "b", writes }, as("b"))).status).toBe(200);
    for (const [path, body] of [
      ["commit", { writes }],
      ["read", read],
      ["search", search],
      ["changes", changes],
    ] as const) {
      const reply = await call("POST", `/store/${path}`, { tenant: "a", ...body }, as("b"));
      expect(reply.json).toMatchObject({ status: 403, code: "forbidden", reason: "tenant" });
    }
    const { json } = await call("POST", "/store/read", read, as("c"));
    expect(json).toMatchObject({ answers: [[null]] });
  });
});

test("a read that asks for more than a server holds in memory is refused before it is carried out", async () => {
  const { call } = testServer();
  const query = (limit: number) => ({ ...readBlob.requests[0], limit });
  const allowed = await call("POST", "/v1/store/read", {
    requests: Array.from({ length: 4 }, () => query(1_000)),
  });
  expect(allowed.status).toBe(200);
  const requests = [...Array.from({ length: 4 }, () => query(1_000)), ...read.requests];
  expect((await call("POST", "/v1/store/read", { requests })).json).toMatchObject({
    status: 413,
    code: "too_large",
    reason: "read",
    outcome: "refused",
  });
});

describe("what is sent", () => {
  test("a description of the store", async () => {
    const { json } = await testServer().call("GET", "/v1/store");
    expect(json).toMatchObject({
      product: "throughline",
      protocol: 1,
      capabilities: { name: "memory", durability: "none" },
    });
    expect((json.kinds as unknown as { name: string }[]).map(({ name }) => name)).toContain("messages");
  });

  test.for([
    ["commit", {}, "type"],
    ["commit", { writes: [], now: 5 }, "unknown_field"],
    ["commit", { writes: [{ type: "burn" }] }, "type"],
    [
      "commit",
      { writes: [{ type: "insert", kind: "sessions", record: { id: {} }, exists: "keep" }] },
      "type",
    ],
    ["commit", { writes: [{ type: "insert", kind: "sessions", record: {}, exists: "keep" }] }, "type"],
    ["commit", { writes: [{ type: "remove", kind: "nothing", key: ["a"] }] }, "kind"],
    [
      "commit",
      '{"writes":[{"type":"update","kind":"sessions","key":["s"],"set":{"__proto__":1}}]}',
      "unknown_field",
    ],
    ["read", { requests: [{ type: "get", kind: "sessions", keys: [[]] }] }, "key"],
    ["read", { requests: [{ type: "count", kind: "messages", shape: "key", prefix: [] }] }, "shape"],
    ["search", { ...search, limit: 0 }, "limit"],
    ["search", { ...search, text: { required: [], excluded: [] } }, "query"],
    ["search", { ...search, text: "words" }, "type"],
    ["changes", { limit: 1, since: "nonsense" }, "cursor"],
    ["prune", { changes: "yesterday", operations: 0 }, "type"],
    ["check", { deep: true }, "unknown_field"],
  ] as const)("%s refuses %j", async ([path, body, reason]) => {
    const reply = await testServer().call("POST", `/store/${path}`, body);
    expect(reply.json).toMatchObject({ status: 400, code: "invalid", reason });
  });

  test("the guard's refusals come as they are", async () => {
    const { call } = testServer();
    await call("POST", "/store/commit", { writes: [insertSession("s")] });
    const again = { ...insertSession("s"), exists: "fail" };
    expect((await call("POST", "/store/commit", { writes: [again] })).json).toMatchObject({
      status: 409,
      code: "conflict",
      reason: "exists",
      outcome: "refused",
    });
    const many = Array.from({ length: 1_001 }, (_, index) => ({
      type: "remove",
      kind: "sessions",
      key: [`${index}`],
    }));
    expect((await call("POST", "/store/commit", { writes: many })).json).toMatchObject({
      status: 413,
      code: "too_large",
      reason: "batch",
    });
  });
});
