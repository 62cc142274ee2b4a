import { problemCodes } from "@throughline/core";
import { expect, test } from "vitest";
import { problemSchema } from "./answers.ts";
import { testServer } from "./test/test-server.ts";

const operations = [
  "GET /docs",
  "GET /events",
  "GET /files",
  "GET /files/{file_id}",
  "GET /files/{file_id}/content",
  "GET /healthz",
  "GET /keys",
  "GET /memories/{memory_id}",
  "GET /memories/{memory_id}/compare",
  "GET /memories/{memory_id}/versions",
  "GET /metrics",
  "GET /openapi.json",
  "GET /projects",
  "GET /projects/{id}/duplicate-memories",
  "GET /projects/{id}/memories",
  "GET /projects/{id}/memories/{key}/versions",
  "GET /projects/{project_id}",
  "GET /projects/{project_id}/receipt",
  "GET /readyz",
  "GET /repo-cache",
  "GET /repo-cache/{resource_key}",
  "GET /resource-statistics",
  "GET /resources",
  "GET /resources/{resource_id}",
  "GET /resources/{resource_id}/dependencies",
  "GET /resources/{resource_id}/dependents",
  "GET /search",
  "GET /sessions",
  "GET /sessions/{id}",
  "GET /sessions/{id}/branches",
  "GET /sessions/{id}/chain",
  "GET /sessions/{id}/checkpoints",
  "GET /sessions/{id}/checkpoints/{name}",
  "GET /sessions/{id}/checkpoints/{name}/compare",
  "GET /sessions/{id}/content",
  "GET /sessions/{id}/context",
  "GET /sessions/{id}/context/files",
  "GET /sessions/{id}/duplicate-memories",
  "GET /sessions/{id}/export",
  "GET /sessions/{id}/hold",
  "GET /sessions/{id}/memories",
  "GET /sessions/{id}/memories/{key}/versions",
  "GET /sessions/{id}/messages",
  "GET /sessions/{id}/messages/{message_id}",
  "GET /sessions/{id}/receipt",
  "GET /sessions/{id}/resources",
  "GET /sessions/{id}/settings",
  "GET /sessions/{id}/stats",
  "GET /sessions/{id}/tool-sessions",
  "GET /sessions/{id}/working-memory",
  "GET /stats",
  "GET /store",
  "GET /trash",
  "GET /users/{id}/commands",
  "GET /users/{id}/duplicate-memories",
  "GET /users/{id}/memories",
  "GET /users/{id}/memories/{key}/versions",
  "GET /users/{id}/receipt",
  "GET /users/{id}/working-memory",
  "DELETE /files",
  "DELETE /files/{file_id}",
  "DELETE /keys/{key_id}",
  "DELETE /memories/{memory_id}",
  "DELETE /projects/{id}/memories/{key}",
  "DELETE /projects/{project_id}",
  "DELETE /repo-cache/{resource_key}",
  "DELETE /resources/{resource_id}",
  "DELETE /sessions/{id}",
  "DELETE /sessions/{id}/checkpoints/{name}",
  "DELETE /sessions/{id}/content",
  "DELETE /sessions/{id}/hold",
  "DELETE /sessions/{id}/memories/{key}",
  "DELETE /sessions/{id}/messages/{message_id}",
  "DELETE /sessions/{id}/tags/{tag}",
  "DELETE /sessions/{id}/tool-sessions",
  "DELETE /sessions/{id}/working-memory",
  "DELETE /users/{id}",
  "DELETE /users/{id}/memories/{key}",
  "DELETE /users/{id}/working-memory",
  "PATCH /memories/{memory_id}",
  "PATCH /sessions/{id}",
  "PATCH /sessions/{id}/settings",
  "PATCH /sessions/{id}/working-memory",
  "PATCH /projects/{project_id}",
  "PATCH /users/{id}/working-memory",
  "POST /files",
  "POST /gc",
  "POST /keys",
  "POST /memories/merge",
  "POST /memories/{memory_id}/restore",
  "POST /memories/{memory_id}/supersede",
  "POST /projects",
  "POST /projects/{id}/memories",
  "POST /projects/{id}/memories/{key}/restore",
  "POST /repo-cache",
  "POST /resources",
  "POST /resources/{resource_id}/dependencies",
  "POST /resources/{resource_id}/tokens",
  "POST /sessions",
  "POST /sessions/{id}/checkpoints",
  "POST /sessions/{id}/checkpoints/{name}/restore",
  "POST /sessions/{id}/context",
  "POST /sessions/{id}/end",
  "POST /sessions/{id}/fork",
  "POST /sessions/{id}/memories",
  "POST /sessions/{id}/memories/{key}/restore",
  "POST /sessions/{id}/messages",
  "POST /sessions/{id}/resources",
  "POST /sessions/{id}/tags",
  "POST /sessions/{id}/tool-sessions",
  "POST /sessions/{id}/undelete",
  "POST /store/changes",
  "POST /store/check",
  "POST /store/commit",
  "POST /store/prune",
  "POST /store/read",
  "POST /store/search",
  "POST /tokens",
  "POST /users/{id}/commands",
  "POST /users/{id}/memories",
  "POST /users/{id}/memories/{key}/restore",
  "PUT /resources/{resource_id}/dependencies",
  "PUT /files/{file_id}/content",
  "PUT /sessions/{id}/content",
  "PUT /sessions/{id}/head",
  "PUT /sessions/{id}/hold",
  "PUT /sessions/{id}/messages/{message_id}",
  "PUT /sessions/{id}/settings",
];

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: object };
  readonly responses: object;
}

async function describeApi() {
  const { call } = testServer();
  const document = (await call("GET", "/openapi.json")).json as unknown as {
    readonly openapi: string;
    readonly info: { readonly version: string };
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, object>> };
  };
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return { call, document, described };
}

test("describes every operation once, and no other", async () => {
  const { document, described } = await describeApi();
  expect(document.openapi).toBe("3.1.0");
  expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(described.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(operations.toSorted());
  const ids = described.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("describes only what the server serves", async () => {
  const { call, described } = await describeApi();
  for (const { method, path } of described) {
    const reply = await call(method, path.replaceAll(/\{\w+\}/g, "x"), undefined, { accept: "none/none" });
    expect(reply.json.reason, `${method} ${path}`).not.toBe("path");
    expect(reply.status).not.toBe(405);
  }
});

test("names every parameter of a path, and the problem of every refusal", async () => {
  const { described } = await describeApi();
  for (const { path, operation } of described) {
    const named = operation.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
    expect(named).toEqual(Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name));
    for (const [status, response] of Object.entries(
      operation.responses as Record<string, { content?: object }>,
    )) {
      if (Number(status) < 400) continue;
      const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
      expect(response.content).toEqual(problem);
    }
  }
});

test("refers to no schema that is missing, and has words for what is checked", async () => {
  const { document } = await describeApi();
  const { schemas } = document.components;
  const references = Array.from(
    JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g),
    ([, target]) => target,
  );
  expect(references.length).toBeGreaterThan(50);
  for (const target of references) {
    expect(Object.keys(schemas).map((name) => `#/components/schemas/${name}`)).toContain(target);
  }
  expect(JSON.stringify(document)).not.toContain("$defs");
  expect(schemas.NewSession).toMatchObject({
    type: "object",
    additionalProperties: false,
    properties: { user_id: { type: "string", minLength: 1 }, metadata: { type: "object" } },
  });
  expect(schemas.NewMessage).toMatchObject({
    required: ["role", "content"],
    properties: {
      created_at: { type: "string", format: "date-time" },
      role: { enum: ["user", "assistant", "system", "tool"] },
    },
  });
});

test("gives parameters their types and limits", async () => {
  const { described } = await describeApi();
  const list = described.find(({ operation }) => operation.operationId === "listSessions")?.operation;
  const byName = new Map(list?.parameters.map((parameter) => [parameter.name, parameter]));
  expect(byName.get("limit")?.schema).toMatchObject({ type: "integer", minimum: 1, maximum: 1_000 });
  expect(byName.get("pinned")?.schema).toMatchObject({ type: "boolean" });
  expect(byName.get("metadata")).toMatchObject({
    style: "form",
    explode: true,
    schema: { maxProperties: 5 },
  });
  expect([...byName.keys()]).toEqual(
    expect.arrayContaining([
      "user_id",
      "project_id",
      "tool_id",
      "status",
      "workspace_path",
      "process_id",
      "external_key",
      "tag",
      "q",
      "order",
      "cursor",
    ]),
  );
});

test("knows every code of an error", () => {
  expect(problemSchema.entries.code.options.toSorted()).toEqual(
    problemCodes.map(({ code }) => code).toSorted(),
  );
});

test("the page for people holds every operation, code and schema, and no script", async () => {
  const { call, described, document } = await describeApi();
  const { text, headers } = await call("GET", "/docs");
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(text).not.toMatch(/<script|https?:\/\/|src=/i);
  for (const { operation } of described) expect(text).toContain(`id="${operation.operationId}"`);
  for (const { code } of problemCodes) expect(text).toContain(`id="${code}"`);
  for (const name of Object.keys(document.components.schemas)) expect(text).toContain(`id="schema-${name}"`);
});
