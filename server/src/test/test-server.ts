/** A server over an empty store, whose every answer is held to the API's description. */
import { type Store, Throughline, guardStore } from "@throughline/core";
import { type Server, type ServerOptions, createServer } from "@throughline/server";
import { memoryStore } from "@throughline/store-memory";
import { expect } from "vitest";
import { checkJsonSchema } from "./check-json-schema.ts";

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body where it is JSON. */
  readonly json: Readonly<Record<string, never>> & {
    readonly items: readonly Readonly<Record<string, never>>[];
  };
}

export interface TestServer {
  readonly throughline: Throughline;
  readonly server: Server;
  send(request: Request): Promise<Reply>;
  /** Sends a value as JSON; `type` is another content type. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
  describe(): Promise<Description>;
  /** A new session's id. */
  newSession(fields?: object): Promise<string>;
}

export const origin = "http://localhost:8003";

// The same for every server, and slow to make.
let described: Promise<Description> | undefined;

export function testServer(
  options: Partial<ServerOptions> = {},
  store: Store = memoryStore(),
  clock: () => number = Date.now,
): TestServer {
  const throughline = new Throughline(guardStore(store, { clock }));
  const server = createServer({
    throughline,
    onFailure: ({ error }) => {
      throw new Error("The server failed", { cause: error });
    },
    ...options,
  });

  const describe = (): Promise<Description> => {
    described ??= server
      .fetch(new Request(`${origin}/openapi.json`))
      .then((response) => response.json() as Promise<Description>);
    return described;
  };

  const send = async (request: Request): Promise<Reply> => {
    const path = new URL(request.url).pathname;
    const { method } = request;
    const response = await server.fetch(request);
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    const json = (isJson && text !== "" ? JSON.parse(text) : {}) as Reply["json"];
    const reply = { status: response.status, headers: response.headers, text, json };
    checkReply(await describe(), method, path, reply);
    return reply;
  };

  const call: TestServer["call"] = (method, path, body, headers = {}) =>
    send(
      new Request(origin + path, {
        method,
        headers: { ...(body === undefined ? undefined : { "content-type": "application/json" }), ...headers },
        ...(body === undefined
          ? undefined
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );

  return {
    throughline,
    server,
    send,
    call,
    describe,
    async newSession(fields = {}) {
      const { status, json } = await call("POST", "/sessions", fields);
      expect(status).toBe(201);
      return json.session_id as unknown as string;
    },
  };
}

/** Every answer of a documented operation has a documented status, type and shape. */
function checkReply(description: Description, method: string, path: string, reply: Reply): void {
  const operation = findOperation(description, method, path);
  if (operation === undefined) return;
  const response = operation.responses[String(reply.status)];
  expect(response, `${method} ${path} answered ${reply.status}: ${reply.text}`).toBeDefined();
  const type = reply.headers.get("content-type")?.split(";")[0];
  if (type === undefined) {
    expect(response?.content).toBeUndefined();
    return;
  }
  // A file's own type.
  if (response?.content?.["*/*"] !== undefined) return;
  const content = response?.content?.[type];
  expect(content, `${method} ${path} answered ${reply.status} with ${type}`).toBeDefined();
  if (content === undefined || !type.endsWith("json") || method === "HEAD") return;
  expect(checkJsonSchema(reply.json, content.schema, description.components.schemas)).toEqual([]);
}

function findOperation(description: Description, method: string, path: string): Operation | undefined {
  const verb = method === "HEAD" ? "get" : method.toLowerCase();
  const plain = path.replace(/^\/v1\//, "/");
  const found = Object.keys(description.paths).find((pattern) =>
    new RegExp(`^${pattern.replace(/\{\w+\}/g, "[^/]+")}$`).test(plain),
  );
  return found === undefined ? undefined : description.paths[found]?.[verb];
}
