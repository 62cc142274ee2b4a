/**
 * Requests that nobody should send: whatever they are, the answer is no failure of ours, every refusal is a problem with
 * a code, and what is refused has changed nothing. `FUZZ_RUNS` sets how many are tried.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Arbitrary,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  dictionary,
  json,
  jsonValue,
  oneof,
  option,
  record,
  subarray,
  tuple,
} from "fast-check";
import { sqliteStore } from "@throughline/store-sqlite";
import { describe, expect, test } from "vitest";
import { almost, anyText } from "./test/almost.ts";
import { contextBody } from "./test/context-body.ts";
import { trackedResource } from "./test/tracked-resource.ts";
import { type TestServer, origin, testServer } from "./test/test-server.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 3_000);

const pathPart = oneof(
  constantFrom(
    "known",
    "m1",
    "m2",
    "nobody",
    "..",
    "%00",
    "%ff",
    "%2F",
    "a%20b",
    "🙂",
    "",
    ".",
    "x".repeat(2_000),
  ),
  anyText.map((text) => encodeURIComponent(text.toWellFormed())),
);
const path = oneof(
  {
    weight: 6,
    arbitrary: constantFrom("/sessions", "/search", "/stats", "/sessions/known", "/sessions/known/messages"),
  },
  {
    weight: 2,
    arbitrary: constantFrom(
      "/sessions/known/messages/m1",
      "/sessions/known/export",
      "/sessions/known/undelete",
      "/trash",
      "/resources",
      "/resources/tracked",
      "/resources/tracked/dependencies",
      "/resources/tracked/dependents",
      "/resource-statistics",
      "/tokens",
      "/files",
      "/files/a/content",
      "/gc",
      "/store",
      "/store/commit",
      "/store/prune",
      "/v1/sessions",
      "/healthz",
      "/docs",
    ),
  },
  {
    weight: 2,
    arbitrary: tuple(pathPart, pathPart).map(([id, message]) => `/sessions/${id}/messages/${message}`),
  },
  {
    weight: 6,
    arbitrary: tuple(
      oneof({ weight: 9, arbitrary: constant("known") }, { weight: 1, arbitrary: pathPart }),
      constantFrom(
        "settings",
        "end",
        "tags",
        "tags/red",
        "stats",
        "fork",
        "chain",
        "branches",
        "head",
        "hold",
        "receipt",
        "context",
        "context",
        "context/files",
        "content",
        "resources",
        "checkpoints",
        "checkpoints/one",
        "checkpoints/one/restore",
      ),
    ).map(([id, rest]) => `/sessions/${id}/${rest}`),
  },
  { weight: 1, arbitrary: pathPart.map((part) => `/sessions/known/tags/${part}`) },
  { weight: 1, arbitrary: pathPart.map((part) => `/${part}`) },
  { weight: 1, arbitrary: pathPart.map((part) => `/sessions/${part}`) },
);

const parameterName = oneof(
  constantFrom(
    "limit",
    "cursor",
    "q",
    "last",
    "after_seq",
    "before_seq",
    "native",
    "order",
    "status",
    "pinned",
    "tag",
    "user_id",
    "session_id",
    "role",
    "since",
    "until",
    "all",
    "format",
    "metadata.a",
    "metadata.a.b",
    "metadata.__proto__",
    "process_id",
    "ended",
    "branch",
    "tombstones",
    "receipt",
    "erase",
    "__proto__",
  ),
  anyText.map((text) => encodeURIComponent(text.toWellFormed())),
);
const parameterValue = oneof(
  constantFrom(
    "1",
    "0",
    "-1",
    "1001",
    "9007199254740993",
    "true",
    "null",
    "%22",
    "a",
    "a*",
    "-a",
    "(",
    "NEAR(",
    "user",
    "json",
    "2024-01-01T00:00:00Z",
    "2024-99-99T99:99:99Z",
    "WyJhIiwxXQ",
    "%ff",
    "",
  ),
  anyText.map((text) => encodeURIComponent(text.toWellFormed())),
);
const query = dictionary(parameterName, parameterValue, { maxKeys: 4 }).map((parameters) => {
  const text = Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  return text === "" ? "" : `?${text}`;
});

const time = almost(
  "2024-01-01T00:00:00Z",
  "2024-02-30T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59+14:00",
  null,
);
const metadata = almost(
  {},
  { a: 1 },
  { a: { b: null } },
  JSON.parse('{"__proto__":{"a":1}}'),
  { "": 1 },
  { a: "\u0000" },
);
const part = oneof(
  record({ type: constantFrom("text", "reasoning", "odd"), text: anyText }),
  record({ type: constant("tool-call"), tool_call_id: anyText, tool_name: anyText, input: jsonValue() }),
  record(
    {
      type: constant("tool-result"),
      tool_call_id: anyText,
      output: jsonValue(),
      is_error: almost(true, false),
    },
    { requiredKeys: ["type", "tool_call_id"] },
  ),
  record({ type: constant("file"), media_type: anyText, data: anyText }, { requiredKeys: ["type"] }),
  jsonValue(),
);
const message = record(
  {
    id: almost("m1", "m2", "m3", ""),
    role: almost("user", "assistant", "system", "tool"),
    content: oneof(anyText, tuple(part, part), almost("Hello")),
    parent_id: almost("m1", "nobody"),
    usage: almost({ input: 1 }, { output: -1 }, null, []),
    cost: almost(0.5, 1e308, -1, null),
    token_count: almost(3, 2 ** 53, 0.5),
    native: almost(
      { format: "f", text: "{}" },
      { format: "f", blob: "x" },
      { format: "f", text: 'x","blob":"y"}' },
    ),
    metadata,
    created_at: time,
  },
  { requiredKeys: ["role", "content"] },
);
const append = record(
  {
    messages: oneof(tuple(message), tuple(message, message), almost([])),
    expected_seq: almost(0, 1, 2),
    operation_id: almost("op-1", "op-2"),
    head: almost("move"),
  },
  { requiredKeys: ["messages"] },
);
const session = record(
  {
    user_id: almost("ada", ""),
    tool_id: almost("codex", null),
    external_key: almost("k1", "k2", null),
    terminal_id: almost("t1", "t2"),
    parent_session_id: almost("nobody", null),
    title: almost("A", null),
    process_id: almost(1, 0),
    pinned: almost(true, null),
    tags: almost(["a"], [], null),
    status: almost("active", "archived", "expired", null),
    metadata,
    metrics: metadata,
    expires_at: time,
    listed: almost(true, false),
    expected_revision: almost(1, 2),
  },
  { requiredKeys: [] },
);
const seq = almost(0, 1, 2, 3, -1, 1.5, 9_007_199_254_740_991);
const settings = record(
  {
    allowed_tools: almost(["read"], [], null),
    permission_mode: almost("auto", "confirm", "deny", null),
    system_prompt: almost("Be brief.", "", null),
    model: almost("m", null),
    mcp_servers: metadata,
  },
  { requiredKeys: [] },
);
/** What the routes of a session's life take: any of it, for any of them. */
const life = record(
  {
    ended_at: time,
    tags: almost(["red"], [], ["red", "red"], ["\u0000"], Array.from({ length: 1_001 }, String)),
    at_seq: seq,
    title: almost("A", null),
    seq,
    message_id: almost("m1", "m2", ""),
    expected_head: seq,
    reason: almost("why", ""),
    dry_run: almost(true, false),
    policy: almost({}, { trash_days: 0 }, { ttl_days: 0 }, { max_sessions: 1 }, { expiry_hours: -1 }),
  },
  { requiredKeys: [] },
).chain((all) => subarray(Object.entries(all), { maxLength: 2 }).map((some) => Object.fromEntries(some)));
const body = oneof(
  {
    weight: 3,
    arbitrary: oneof(append, session, message, settings, life, life, contextBody).map((value) =>
      JSON.stringify(value),
    ),
  },
  {
    weight: 1,
    arbitrary: oneof(json(), anyText, constantFrom("", "{", "[]", "null", "\ufeff{}", '{"__proto__":1}')),
  },
);

const request = record({
  method: constantFrom("GET", "GET", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"),
  path,
  query: oneof({ weight: 2, arbitrary: constant("") }, { weight: 1, arbitrary: query }),
  body: option(body, { nil: undefined, freq: 5 }),
  type: oneof(
    { weight: 8, arbitrary: constant("application/json") },
    {
      weight: 1,
      arbitrary: constantFrom(
        "application/merge-patch+json",
        "text/plain",
        "application/json; charset=x",
        ";",
      ),
    },
  ),
  accept: oneof(
    { weight: 8, arbitrary: constant("*/*") },
    { weight: 1, arbitrary: constantFrom("text/html", "application/json;q=0", ",;=,", "a/b;q=x") },
  ),
  key: option(constantFrom("op-1", "op-3", "", "x".repeat(300)), { freq: 10 }),
});
type Fuzzed = typeof request extends Arbitrary<infer Value> ? Value : never;

async function position({ throughline: { store, tenant } }: TestServer): Promise<number> {
  return (await store.read({ tenant, requests: [{ type: "get", kind: "sessions", keys: [["x"]] }] }))
    .position;
}

async function sendFuzzed(
  server: TestServer,
  { known, tracked }: { readonly known: string; readonly tracked: string },
  fuzzed: Fuzzed,
): Promise<void> {
  const { method, type, accept, key } = fuzzed;
  const place = fuzzed.path.replace("/known", `/${known}`).replace("/tracked", `/${tracked}`);
  const url = origin + place + fuzzed.query;
  const hasBody = fuzzed.body !== undefined && !["GET", "HEAD", "OPTIONS"].includes(method);
  const before = await position(server);
  const reply = await server.send(
    new Request(url, {
      method,
      headers: {
        accept,
        ...(hasBody ? { "content-type": type } : undefined),
        ...(key === null ? undefined : { "idempotency-key": key }),
      },
      ...(hasBody ? { body: fuzzed.body } : undefined),
    }),
  );
  const isRefused = reply.status >= 400;
  const isUnchanged = (await position(server)) === before;
  expect(isUnchanged || !(isRefused || safeMethods.has(method)), `${method} ${url}`).toBe(true);
  expect(isRefused ? refusals : successes, reply.text).toContain(reply.status);
  const isProblem = reply.headers.get("content-type") === "application/problem+json";
  expect(isProblem, `${method} ${url}`).toBe(isRefused);
  const hasCode = typeof reply.json.code === "string";
  expect(hasCode || !isRefused || method === "HEAD", reply.text).toBe(true);
}

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);
const successes = [200, 201, 204];
const refusals = [400, 404, 405, 406, 409, 413, 415];

async function fuzz(server: TestServer, numRuns: number): Promise<void> {
  let known = await server.newSession();
  await assert(
    asyncProperty(request, async (fuzzed) => {
      known = await revive(server, known);
      const tracked = await trackedResource(server);
      await sendFuzzed(server, { known, tracked }, fuzzed);
    }),
    { numRuns },
  );
}

/** The session that requests are about, or another where an earlier one has erased it. */
async function revive(server: TestServer, known: string): Promise<string> {
  try {
    await server.throughline.sessions.undelete(known);
    return known;
  } catch {
    return server.newSession();
  }
}

describe("no request makes the server fail, and no refusal changes anything", () => {
  test("over a store in memory", () => fuzz(testServer(), Math.ceil(runs / 2)), 3_600_000);

  test("over an SQLite file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "throughline-fuzz-"));
    const server = testServer({}, await sqliteStore({ path: join(folder, "fuzz.db") }));
    try {
      await fuzz(server, Math.ceil(runs / 2));
      expect(await server.throughline.store.check()).toEqual([]);
    } finally {
      await server.throughline.close();
      rmSync(folder, { recursive: true });
    }
  }, 3_600_000);
});
