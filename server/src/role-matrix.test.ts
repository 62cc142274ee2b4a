/** Who may do what: every route, every caller, every status. A route without a row here fails. */
import { type Throughline, newId } from "@throughline/core";
import { beforeAll, describe, expect, test } from "vitest";
import { createKey } from "./keys/key-store.ts";
import { origin, testServer } from "./test/test-server.ts";

/** The data is the tenant's of reader, writer and admin. The operator runs the server: its tenant is another. */
const callers = ["nobody", "reader", "writer", "admin", "stranger", "operator"] as const;
type Caller = (typeof callers)[number];
/** Statuses, in the order of the callers. */
type Cells = readonly [number, number, number, number, number, number];

/** What one request is about: made anew for each, as some are destructive. */
interface Target {
  readonly id: string;
  readonly deleted: string;
  readonly erased: string;
  readonly resource: string;
  readonly memory: string;
  readonly key: string;
}

interface Row {
  readonly cells: Cells;
  readonly body?: (target: Target) => unknown;
  /** The session in the path. Default: `id`. */
  readonly session?: "id" | "deleted" | "erased";
}

const forAll: Cells = [200, 200, 200, 200, 200, 200];
const forEachTenant: Cells = [401, 200, 200, 200, 200, 200];
const forReaders: Cells = [401, 200, 200, 200, 404, 404];
const forOperators: Cells = [401, 403, 403, 403, 403, 200];

function forWriters(status: number): Cells {
  return [401, 403, status, status, 404, 404];
}

function forAdmins(status: number): Cells {
  return [401, 403, 403, status, 404, 404];
}

const message = { id: "m2", role: "user", content: "More" };
const changed = (target: Target) => ({
  writes: [{ type: "update", kind: "sessions", key: [target.id], set: { title: "New" } }],
});
const getSession = (target: Target) => ({ type: "get", kind: "sessions", keys: [[target.id]] });

const matrix: Readonly<Record<string, Row>> = {
  "GET /docs": { cells: forAll },
  "GET /healthz": { cells: forAll },
  "GET /openapi.json": { cells: forAll },
  "GET /readyz": { cells: forAll },

  "POST /sessions": { cells: [401, 403, 201, 201, 201, 201], body: () => ({ title: "New" }) },
  "GET /sessions": { cells: forEachTenant },
  "GET /sessions/{id}": { cells: forReaders },
  "PATCH /sessions/{id}": { cells: forWriters(200), body: () => ({ title: "New" }) },
  "DELETE /sessions/{id}": { cells: forWriters(204) },
  "DELETE /sessions/{id}?receipt=true": { cells: forWriters(200) },
  "DELETE /sessions/{id}?erase=true": { cells: [401, 403, 403, 200, 404, 404] },
  "POST /sessions/{id}/undelete": { cells: forWriters(200), session: "deleted" },
  "GET /sessions/{id}/receipt": { cells: forWriters(200), session: "erased" },
  "GET /trash": { cells: [401, 403, 200, 200, 200, 200] },
  "GET /sessions/{id}/hold": { cells: forReaders },
  "PUT /sessions/{id}/hold": { cells: forAdmins(200) },
  "DELETE /sessions/{id}/hold": { cells: forAdmins(204) },
  "POST /gc": { cells: [401, 403, 403, 200, 200, 200], body: () => ({ dry_run: true }) },

  "GET /sessions/{id}/settings": { cells: forReaders },
  "PUT /sessions/{id}/settings": { cells: forWriters(200), body: () => ({ model: "m" }) },
  "PATCH /sessions/{id}/settings": { cells: forWriters(200), body: () => ({ model: "m" }) },
  "POST /sessions/{id}/end": { cells: forWriters(200) },
  "POST /sessions/{id}/tags": { cells: forWriters(200), body: () => ({ tags: ["a"] }) },
  "DELETE /sessions/{id}/tags/{tag}": { cells: forWriters(204) },
  "GET /sessions/{id}/stats": { cells: forReaders },

  "GET /sessions/{id}/context": { cells: forReaders },
  "POST /sessions/{id}/context": { cells: forWriters(200), body: () => ({ decision: "yes" }) },
  "GET /sessions/{id}/context/files": { cells: forReaders },
  "POST /sessions/{id}/checkpoints": { cells: forWriters(201), body: () => ({ name: "new" }) },
  "GET /sessions/{id}/checkpoints": { cells: forReaders },
  "GET /sessions/{id}/checkpoints/{name}": { cells: forReaders },
  "GET /sessions/{id}/checkpoints/{name}/compare": { cells: forReaders },
  "POST /sessions/{id}/checkpoints/{name}/restore": { cells: forWriters(200) },
  "DELETE /sessions/{id}/checkpoints/{name}": { cells: forWriters(204) },
  "GET /sessions/{id}/resources": { cells: forReaders },
  "POST /sessions/{id}/resources": {
    cells: forWriters(200),
    body: ({ resource }) => ({ resources: [{ resource_id: resource, importance_score: 1 }] }),
  },
  "GET /resources": { cells: forEachTenant },
  "POST /resources": {
    cells: [401, 403, 201, 201, 201, 201],
    body: () => ({ path: `${newId()}.ts` }),
  },
  "GET /resources/{resource_id}": { cells: forReaders },
  "DELETE /resources/{resource_id}": { cells: forWriters(204) },
  "GET /resources/{resource_id}/dependencies": { cells: forReaders },
  "PUT /resources/{resource_id}/dependencies": {
    cells: forWriters(200),
    body: () => ({ dependencies: [{ path: "b.ts" }] }),
  },
  "POST /resources/{resource_id}/dependencies": {
    cells: forWriters(200),
    body: () => ({ content: 'import "./b"' }),
  },
  "GET /resources/{resource_id}/dependents": { cells: forReaders },

  "GET /resource-statistics": { cells: forEachTenant },
  "POST /resources/{resource_id}/tokens": { cells: forWriters(200), body: () => ({ content: "Hello" }) },
  "POST /tokens": { cells: forEachTenant, body: () => ({ text: "Hello" }) },
  "PUT /sessions/{id}/content": { cells: forWriters(200), body: () => ({ path: "a.ts", content: "new" }) },
  "GET /sessions/{id}/content?path=a.ts": { cells: forReaders },
  "DELETE /sessions/{id}/content?path=a.ts": { cells: forWriters(204) },
  "POST /files": {
    cells: [401, 403, 201, 201, 201, 201],
    body: () => ({ provider_name: "n", provider_uri: "u", display_name: "d", mime_type: "a/b", size: 1 }),
  },
  "GET /files": { cells: forEachTenant },
  "DELETE /files?expired=true": { cells: [401, 403, 200, 200, 200, 200] },
  "GET /files/{file_id}": { cells: forReaders },
  "DELETE /files/{file_id}": { cells: forWriters(204) },
  "PUT /files/{file_id}/content": { cells: forWriters(200), body: () => 7 },
  "GET /files/{file_id}/content": { cells: forReaders },

  "GET /projects": { cells: forEachTenant },
  "GET /projects/{project_id}": { cells: forReaders },
  "POST /projects": {
    cells: [401, 403, 201, 201, 201, 201],
    body: () => ({ repository: `example.com/${newId()}` }),
  },
  "PATCH /projects/{project_id}": { cells: forWriters(200), body: () => ({ name: "New" }) },
  "DELETE /projects/{project_id}": { cells: forAdmins(204) },
  "DELETE /projects/{project_id}?erase=true": { cells: forAdmins(200) },
  "GET /projects/{project_id}/receipt": { cells: forAdmins(200) },
  "DELETE /users/{id}": { cells: forAdmins(204) },
  "DELETE /users/{id}?receipt=true": { cells: forAdmins(200) },
  "GET /users/{id}/receipt": { cells: forAdmins(200) },
  "POST /projects/{id}/memories": {
    cells: [401, 403, 201, 201, 201, 201],
    body: () => ({ key: "new", value: "New" }),
  },
  "GET /projects/{id}/memories": { cells: forEachTenant },
  "GET /projects/{id}/memories?key=a%20b": { cells: forReaders },
  "DELETE /projects/{id}/memories/{key}": { cells: forWriters(204) },
  "GET /projects/{id}/memories/{key}/versions": { cells: forReaders },
  "POST /projects/{id}/memories/{key}/restore": { cells: forWriters(200), body: () => ({ version: 1 }) },
  "GET /projects/{id}/duplicate-memories": { cells: forEachTenant },
  "POST /users/{id}/memories": {
    cells: [401, 403, 201, 201, 201, 201],
    body: () => ({ key: "new", value: "New" }),
  },
  "GET /users/{id}/memories": { cells: forEachTenant },
  "GET /users/{id}/memories?key=a%20b": { cells: forReaders },
  "DELETE /users/{id}/memories/{key}": { cells: forWriters(204) },
  "GET /users/{id}/memories/{key}/versions": { cells: forReaders },
  "POST /users/{id}/memories/{key}/restore": { cells: forWriters(200), body: () => ({ version: 1 }) },
  "GET /users/{id}/duplicate-memories": { cells: forEachTenant },
  "POST /sessions/{id}/memories": {
    cells: forWriters(201),
    body: () => ({ key: "new", value: "New" }),
  },
  "GET /sessions/{id}/memories": { cells: forReaders },
  "GET /sessions/{id}/memories?key=a%20b": { cells: forReaders },
  "DELETE /sessions/{id}/memories/{key}": { cells: forWriters(204) },
  "GET /sessions/{id}/memories/{key}/versions": { cells: forReaders },
  "POST /sessions/{id}/memories/{key}/restore": { cells: forWriters(200), body: () => ({ version: 1 }) },
  "GET /sessions/{id}/duplicate-memories": { cells: forReaders },
  "POST /memories/merge": {
    cells: forWriters(200),
    body: ({ memory }) => ({ ids: [memory], into: { key: "new" }, value: "New" }),
  },
  "GET /memories/{memory_id}": { cells: forReaders },
  "PATCH /memories/{memory_id}": { cells: forWriters(200), body: () => ({ metadata: { a: 1 } }) },
  "DELETE /memories/{memory_id}": { cells: forWriters(204) },
  "GET /memories/{memory_id}/versions": { cells: forReaders },
  "GET /memories/{memory_id}/compare?from=1&to=1": { cells: forReaders },
  "POST /memories/{memory_id}/restore": { cells: forWriters(200), body: () => ({ version: 1 }) },
  "POST /memories/{memory_id}/supersede": { cells: forWriters(200), body: () => ({ value: "New" }) },
  "POST /sessions/{id}/tool-sessions": { cells: forWriters(201), body: () => ({ tool_name: "editor" }) },
  "GET /sessions/{id}/tool-sessions": { cells: forReaders },
  "DELETE /sessions/{id}/tool-sessions?tool_name=editor": { cells: forWriters(204) },
  "POST /repo-cache": {
    cells: [401, 403, 200, 200, 200, 200],
    body: () => ({ resource_key: "new", url: "https://example.com/a", local_path: "/a" }),
  },
  "GET /repo-cache": { cells: forEachTenant },
  "GET /repo-cache/{resource_key}": { cells: forReaders },
  "DELETE /repo-cache/{resource_key}": { cells: forWriters(204) },
  "POST /users/{id}/commands": {
    cells: [401, 403, 200, 200, 200, 200],
    body: () => ({ command: "/test" }),
  },
  "GET /users/{id}/commands": { cells: forEachTenant },
  "GET /users/{id}/working-memory": { cells: forEachTenant },
  "PATCH /users/{id}/working-memory": {
    cells: [401, 403, 200, 200, 200, 200],
    body: () => ({ mood: "good" }),
  },
  "DELETE /users/{id}/working-memory": { cells: [401, 403, 204, 204, 204, 204] },
  "GET /sessions/{id}/working-memory": { cells: forReaders },
  "PATCH /sessions/{id}/working-memory": {
    cells: forWriters(200),
    body: () => ({ mood: "good" }),
  },
  "DELETE /sessions/{id}/working-memory": { cells: forWriters(204) },

  "POST /sessions/{id}/fork": { cells: forWriters(201), body: () => ({ at_seq: 1 }) },
  "GET /sessions/{id}/chain": { cells: forReaders },
  "GET /sessions/{id}/branches": { cells: forReaders },
  "PUT /sessions/{id}/head": { cells: forWriters(200), body: () => ({ seq: 1 }) },

  "POST /sessions/{id}/messages": { cells: forWriters(201), body: () => ({ messages: [message] }) },
  "GET /sessions/{id}/messages": { cells: forReaders },
  "GET /sessions/{id}/messages/{message_id}": { cells: forReaders },
  "PUT /sessions/{id}/messages/{message_id}": {
    cells: forWriters(200),
    body: () => ({ role: "user", content: "Other" }),
  },
  "DELETE /sessions/{id}/messages/{message_id}": { cells: forWriters(204) },
  "GET /sessions/{id}/export": { cells: forReaders },
  // The session was imported from nothing: those who may ask are told so.
  "GET /sessions/{id}/export?format=native": { cells: [401, 403, 400, 400, 404, 404] },
  "GET /search?q=hello": { cells: forEachTenant },
  "GET /stats": { cells: forEachTenant },
  "GET /events": { cells: forEachTenant },

  "POST /keys": { cells: [401, 403, 403, 403, 403, 201], body: () => ({ role: "reader" }) },
  "GET /keys": { cells: forOperators },
  "DELETE /keys/{key_id}": { cells: [401, 403, 403, 403, 403, 204] },
  "GET /metrics": { cells: forOperators },

  "GET /store": { cells: forEachTenant },
  "POST /store/commit": { cells: forWriters(200), body: changed },
  "POST /store/read": { cells: forEachTenant, body: (target) => ({ requests: [getSession(target)] }) },
  "POST /store/read?": {
    cells: [401, 403, 200, 200, 200, 200],
    body: (target) => ({ requests: [{ ...getSession(target), hidden: true }] }),
  },
  "POST /store/search": {
    cells: forEachTenant,
    body: () => ({
      text: { required: [{ words: ["hello"] }], excluded: [] },
      order: "rank",
      limit: 1,
      skip: 0,
    }),
  },
  "POST /store/changes": { cells: forEachTenant, body: () => ({ limit: 1 }) },
  "POST /store/check": { cells: forOperators },
  "POST /store/prune": {
    cells: [401, 403, 403, 403, 403, 204],
    body: () => ({ operations: 0, changes: 0 }),
  },
};

const { throughline, server, describe: describeApi } = testServer({ keys: "required" });
const ours = throughline.withTenant("ours");
const keys = new Map<Caller, string>();

beforeAll(async () => {
  const { store } = throughline;
  for (const role of ["reader", "writer", "admin"] as const) {
    keys.set(role, (await createKey(store, { tenant: "ours", role })).key);
  }
  keys.set("stranger", (await createKey(store, { tenant: "theirs", role: "admin" })).key);
  keys.set("operator", (await createKey(store, { tenant: throughline.tenant, role: "admin" })).key);
});

/** The same memory of a project, a user and a session that share a name; the id of the first. */
async function makeMemories(tl: Throughline, id: string): Promise<string> {
  const memory = { key: "a b", value: "Remember" };
  const { memoryId } = await tl.memories.set({ ...memory, project: id });
  await tl.memories.set({ ...memory, user: id });
  await tl.memories.set({ ...memory, session: id });
  return memoryId;
}

async function makeTarget(tl: Throughline, name: string): Promise<Target> {
  const made = async (tags: readonly string[] = []): Promise<string> => {
    const { session } = await tl.sessions.getOrCreate(
      { tags: [...tags] },
      { messages: [{ id: "m1", role: "user", content: "Hello" }] },
    );
    return session.id;
  };
  const [id, deleted, erased] = [await made(["old"]), await made(), await made()];
  await tl.sessions.delete(deleted);
  await tl.sessions.delete(erased, { erase: true });
  const { record } = await createKey(throughline.store, { tenant: newId(), role: "reader" });
  const resource = await tl.resources.trackResource({ path: "a.ts" });
  if (name.includes("repo-cache")) await tl.repoCache.set({ key: "a/b", url: "", localPath: "/a" });
  if (name.includes("/content"))
    await tl.resources.keepContent({ session: id, path: "a.ts", content: "old" });
  if (name.includes("{file_id}")) {
    const file = { providerName: "n", providerUri: "u", displayName: "d", mimeType: "a/b", content: "1" };
    await tl.files.save({ ...file, id: "known" });
  }
  const memory = /memor|project|users/.test(name) ? await makeMemories(tl, id) : "";
  return { id, deleted, erased, resource, memory, key: record.keyId };
}

async function ask(name: string, { body, session = "id" }: Row, caller: Caller, prefix: string) {
  const target = await makeTarget(ours, name);
  // A hold is there to be read; in the way of a deletion it would be a conflict.
  if (/^(GET|HEAD) .*hold$/.test(name)) await ours.sessions.hold(target.id, {});
  if (name.includes("{name}")) await ours.checkpoints.create(target.id, { name: "here" });
  if (name.includes("/projects/{project_id}/receipt")) await ours.projects.delete(target.id);
  if (name.includes("/users/{id}/receipt")) await ours.users.delete(target.id);
  const [method = "", pattern = ""] = name.split(" ");
  const path = pattern
    .replace("{id}", target[session])
    .replace("{message_id}", "m1")
    .replace("{tag}", "old")
    .replace("{name}", "here")
    .replace("{resource_id}", target.resource)
    .replace("{memory_id}", target.memory)
    .replace("{project_id}", target.id)
    .replace("{file_id}", "known")
    .replace("{resource_key}", "a%2Fb")
    .replace("{key}", "a%20b")
    .replace("{key_id}", target.key)
    .replace(/\?$/, "");
  const key = keys.get(caller);
  const response = await server.fetch(
    new Request(origin + prefix + path, {
      method,
      headers: {
        ...(key === undefined ? undefined : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? undefined : { "content-type": "application/json" }),
      },
      ...(body === undefined ? undefined : { body: JSON.stringify(body(target)) }),
    }),
  );
  // An answer that goes on for ever is not waited for.
  await response.body?.cancel();
  return response.status;
}

/** The same request in other clothes: under `/v1`, and for a GET as HEAD. */
function variantsOf(name: string): readonly (readonly [name: string, prefix: string])[] {
  const head = name.startsWith("GET ") ? ([[name.replace("GET", "HEAD"), ""]] as const) : [];
  return [[name, ""], [name, "/v1"], ...head];
}

describe.each(Object.entries(matrix))("%s", (name, row) => {
  test.each(callers.map((caller, index) => [caller, row.cells[index] ?? 0] as const))(
    "%s gets %i",
    async (caller, status) => {
      for (const [variant, prefix] of variantsOf(name)) {
        expect(await ask(variant, row, caller, prefix), prefix + variant).toBe(status);
      }
    },
  );
});

test("every route has a row", async () => {
  const { paths } = await describeApi();
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const rows = Object.keys(matrix).map((name) => name.replace(/\?.*/, ""));
  expect([...new Set(rows)].toSorted()).toEqual(operations.toSorted());
});

test("whoever may do more may do all that those with less may", () => {
  for (const [name, { cells }] of Object.entries(matrix)) {
    const [nobody, ...roles] = cells.slice(0, 4).map((status) => status < 300);
    const ranked = [nobody, ...roles];
    expect(ranked, name).toEqual(ranked.toSorted((a, b) => Number(a) - Number(b)));
  }
});
