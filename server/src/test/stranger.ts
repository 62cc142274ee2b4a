/** Requests of somebody who knows every id and cursor of other tenants, and puts them wherever one can stand. */
import { type Names, externalKeys, messageIds } from "./look-alikes.ts";
import { origin } from "./test-server.ts";
import type { Random } from "./random.ts";

/** An operation as the API's description has it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly hasBody: boolean;
}

export interface ForeignRequest {
  readonly operation: Operation;
  readonly request: Request;
  /** All that the request says: an answer may say it again. */
  readonly said: string;
}

export class Stranger {
  readonly #random: Random;
  readonly #own: Names;
  readonly #others: readonly Names[];
  readonly #otherTenants: readonly string[];
  readonly #otherMarkers: readonly string[];

  constructor(
    random: Random,
    own: Names,
    others: ReadonlyMap<string, { readonly names: Names; readonly marker: string }>,
  ) {
    this.#random = random;
    this.#own = own;
    this.#others = [...others.values()].map(({ names }) => names);
    this.#otherTenants = [...others.keys()];
    this.#otherMarkers = [...others.values()].map(({ marker }) => marker);
  }

  request(operation: Operation, caller: string): ForeignRequest {
    const { method, parameters, hasBody } = operation;
    const headers = new Headers({ "x-caller": caller });
    let path = operation.path;
    const query = new URLSearchParams();
    for (const parameter of parameters) {
      const { name } = parameter;
      if (parameter.in === "path") {
        path = path.replace(`{${name}}`, encodeURIComponent(ownerIn(path, name) ?? this.#value(name)));
      } else if (parameter.required === true || this.#random.isLikely(0.2)) {
        const value = this.#value(name);
        if (parameter.in === "header") headers.set(name, value);
        else if (name === "metadata") query.set("metadata.marker", value);
        else query.set(name, value);
      }
    }
    const body = hasBody ? JSON.stringify(this.#body(operation.operationId)) : undefined;
    if (body !== undefined) headers.set("content-type", "application/json");
    const text = [...query].length === 0 ? path : `${path}?${query.toString()}`;
    const said = decodeURIComponent(text) + (body ?? "") + [...headers.values()].join(" ");
    const request = new Request(origin + (this.#random.isLikely(0.5) ? "/v1" : "") + text, {
      method,
      headers,
      ...(body === undefined ? undefined : { body }),
    });
    return { operation, request, said };
  }

  /** Of the others more often than one's own. */
  #name(list: "sessions" | "cursors" | "hashes" | "resources" | "memories"): string {
    const names = this.#random.isLikely(0.4) ? this.#own : this.#random.pick(this.#others);
    return this.#random.pick(names[list]);
  }

  get #id(): string {
    return this.#name("sessions");
  }

  #value(name: string): string {
    const values: Readonly<Record<string, () => string>> = {
      id: () => this.#id,
      session_id: () => this.#id,
      parent_session_id: () => this.#id,
      message_id: () => this.#random.pick(messageIds),
      name: () => "here",
      resource_id: () => this.#name("resources"),
      memory_id: () => this.#name("memories"),
      file_id: () => this.#random.pick(["report", "other"]),
      content_hash: () => this.#name("hashes"),
      path: () => this.#random.pick(["a.ts", "mine.ts"]),
      family: () => "o200k",
      key: () => this.#random.pick(["note", "a b"]),
      threshold: () => "0.9",
      resource_key: () => "a/b",
      tool_name: () => "editor",
      tool_key: () => "k",
      from: () => "1",
      to: () => "2",
      key_id: () => "0123456789abcdef",
      cursor: () => this.#name("cursors"),
      last_event_id: () => this.#name("cursors"),
      "Last-Event-ID": () => this.#name("cursors"),
      "Idempotency-Key": () => this.#random.pick(["op-1", "op-2"]),
      user_id: () => "ada",
      tool_id: () => "chat",
      external_key: () => this.#random.pick(externalKeys),
      tag: () => "red",
      q: () => this.#random.pick(["Hello", "Plans", "Well", ...this.#otherMarkers]),
      metadata: () => this.#random.pick(this.#otherMarkers),
      limit: () => this.#random.pick(["1", "3", "50"]),
      order: () => this.#random.pick(["activity", "created", "rank", "recent"]),
      format: () => this.#random.pick(["json", "markdown", "text"]),
      kind: () => this.#random.pick(["messages", "sessions"]),
      role: () => "user",
      status: () => "active",
      workspace_path: () => "/w",
      project_id: () => "p",
      since: () => "2020-01-01T00:00:00Z",
      until: () => "2100-01-01T00:00:00Z",
    };
    const known = values[name];
    if (known !== undefined) return known();
    return /last|seq|branch|process/.test(name) ? this.#random.pick(["1", "2", "4"]) : "true";
  }

  /** A body that the operation takes, with names of others in it. */
  #body(operationId: string): unknown {
    const make = this.#bodies[operationId];
    if (make === undefined) throw new Error(`This test has no body for ${operationId}: add one.`);
    return make();
  }

  readonly #bodies: Readonly<Record<string, () => unknown>> = {
    createSession: () => ({
      user_id: "ada",
      tool_id: "chat",
      title: "Plans",
      ...this.#some({ external_key: this.#random.pick(externalKeys), parent_session_id: this.#id }),
    }),
    changeSession: () => ({ title: "Plans", ...this.#some({ expected_revision: 1, metadata: { a: 1 } }) }),
    undeleteSession: () => ({}),
    createCheckpoint: () => ({ name: this.#random.pick(["here", "there"]), state: "mine" }),
    restoreCheckpoint: () => ({}),
    recordContext: () => ({
      decision: "mine",
      file_path: "mine.ts",
      ...this.#some({ operation_id: "op-1", files: [{ path: "a.ts", kind: "EDIT" }] }),
    }),
    keepContent: () => ({
      content: "mine",
      ...(this.#random.isLikely(0.5) ? { path: "mine.ts" } : { resource_id: this.#name("resources") }),
    }),
    countResourceTokens: () => ({ ...this.#some({ content: "mine" }) }),
    countTokens: () => ({ text: "mine" }),
    saveFile: () => ({
      provider_name: "mine",
      provider_uri: "mine",
      display_name: "mine",
      mime_type: "text/plain",
      size: 6,
      ...this.#some({ file_id: "other" }),
    }),
    saveFileContent: () => "mine",
    linkResources: () => ({ resources: [{ resource_id: this.#name("resources"), importance_score: 1 }] }),
    setDependencies: () => ({ dependencies: [{ path: this.#random.pick(["mine.ts", "a.ts"]) }] }),
    findDependencies: () => ({ content: 'import "./mine"; import "./a";' }),
    trackResource: () => ({ path: "mine.ts", ...this.#some({ project_id: "p" }) }),
    holdSession: () => ({ reason: "mine" }),
    cleanUp: () => ({ dry_run: this.#random.isLikely(0.5), ...this.#some({ policy: { trash_days: 0 } }) }),
    setSettings: () => ({ system_prompt: "mine" }),
    changeSettings: () => ({ mcp_servers: { mine: {} } }),
    endSession: () => ({}),
    tagSession: () => ({ tags: ["red", "blue"] }),
    forkSession: () => ({ ...this.#some({ at_seq: 2, external_key: this.#random.pick(externalKeys) }) }),
    setHead: () => (this.#random.isLikely(0.5) ? { seq: 2 } : { message_id: this.#random.pick(messageIds) }),
    appendMessages: () => ({
      messages: [
        {
          role: "user",
          content: this.#random.pick([
            "mine",
            [{ type: "file", media_type: "a/b", hash: this.#name("hashes") }],
          ]),
          ...this.#some({ id: this.#random.pick(messageIds), parent_id: this.#random.pick(messageIds) }),
        },
      ],
      ...this.#some({ expected_seq: 4, operation_id: "op-1" }),
    }),
    putMessage: () => ({ role: "user", content: "mine", ...this.#some({ expected_revision: 1 }) }),
    projectOfRepository: () => ({
      repository: "host/mine",
      ...this.#some({ name: "p", formerly: "host/p" }),
    }),
    changeProject: () => ({ ...this.#some({ name: "mine", repository: "host/mine" }) }),
    mergeMemories: () => ({
      ids: [this.#name("memories"), this.#name("memories")],
      into: this.#random.isLikely(0.5) ? { id: this.#name("memories") } : { key: "note" },
      ...this.#some({ value: "mine" }),
    }),
    changeMemory: () => ({ metadata: { mine: true } }),
    restoreMemory: () => ({ version: 1 }),
    supersedeMemory: () => ({ value: "mine" }),
    setProjectMemory: () => this.#memory(),
    restoreProjectMemory: () => ({ version: 1 }),
    setUserMemory: () => this.#memory(),
    restoreUserMemory: () => ({ version: 1 }),
    setSessionMemory: () => this.#memory(),
    restoreSessionMemory: () => ({ version: 1 }),
    changeUserWorkingMemory: () => ({ mine: { a: 1 } }),
    changeSessionWorkingMemory: () => ({ mine: { a: 1 } }),
    getOrCreateToolSession: () => ({ tool_name: "editor", ...this.#some({ tool_key: "k" }) }),
    cacheRepository: () => ({ resource_key: "a/b", url: "mine", local_path: "/mine" }),
    recordCommand: () => ({ command: "mine" }),
    createKey: () => ({ role: "admin", tenant_id: this.#random.pick(this.#otherTenants) }),
    commitBatch: () => ({
      ...this.#tenant(),
      writes: [this.#write()],
      ...this.#some({ expect: [this.#expectation()] }),
    }),
    readRecords: () => ({ ...this.#tenant(), requests: Array.from({ length: 5 }, () => this.#read()) }),
    searchRecords: () => ({
      ...this.#tenant(),
      text: { required: [{ words: [this.#random.pick(["hello", ...this.#otherMarkers])] }], excluded: [] },
      order: this.#random.pick(["rank", "recent"]),
      limit: 10,
      skip: 0,
      ...this.#some({ where: { session: this.#id } }),
    }),
    readChanges: () => ({
      ...this.#tenant(),
      limit: 1_000,
      ...this.#some({ since: this.#name("cursors"), where: { session: this.#id } }),
    }),
    checkStore: () => ({}),
    pruneStore: () => ({ changes: 9e15, operations: 9e15 }),
  };

  #memory(): object {
    return {
      key: this.#random.pick(["note", "a b"]),
      value: "mine",
      ...this.#some({ expected_version: 1, operation_id: "op-1", provenance: { session_id: "mine" } }),
    };
  }

  #some(members: Readonly<Record<string, unknown>>): object {
    return Object.fromEntries(Object.entries(members).filter(() => this.#random.isLikely(0.4)));
  }

  /** Mostly without one: then it is that of the caller. */
  #tenant(): object {
    return this.#random.isLikely(0.1) ? { tenant: this.#random.pick(this.#otherTenants) } : {};
  }

  #write(): unknown {
    const key = [this.#id];
    return this.#random.pick<() => unknown>([
      () => ({ type: "update", kind: "sessions", key, set: { title: "mine", hiddenAt: 0 } }),
      () => ({ type: "remove", kind: "sessions", key }),
      () => ({ type: "remove", kind: "messages", key: [key[0], 1] }),
      () => ({ type: "remove", kind: "holds", key }),
      () => ({ type: "remove-many", kind: "branches", shape: "key", prefix: key, limit: 10 }),
      () => ({
        type: "insert",
        kind: "holds",
        record: { sessionId: key[0], reason: "", createdAt: 1 },
        exists: "replace",
      }),
      () => ({
        type: "update",
        kind: "sessions",
        key: { unique: "external", values: ["ada", "chat", "thread-1"] },
        set: { title: "mine" },
      }),
    ])();
  }

  #expectation(): unknown {
    return { type: "present", kind: "sessions", key: [this.#id] };
  }

  #read(): unknown {
    const id = this.#id;
    const hidden = this.#random.isLikely(0.5) ? { hidden: true } : {};
    const query = (kind: string, shape: string, prefix: readonly unknown[]) => ({
      type: "query",
      kind,
      shape,
      prefix,
      direction: "forward",
      limit: 1_000,
      select: "all",
      ...hidden,
    });
    return this.#random.pick<() => unknown>([
      () => ({ type: "get", kind: "sessions", keys: [[id]], select: "all", ...hidden }),
      () => ({
        type: "get",
        kind: "sessions",
        keys: [{ unique: "external", values: ["ada", "chat", "thread-1"] }],
      }),
      () => ({ type: "get", kind: "blobs", keys: [[this.#name("hashes")]] }),
      () => ({ type: "get", kind: "chat_settings", keys: [[id]], ...hidden }),
      () => ({ type: "count", kind: "messages", shape: "key", prefix: [id], ...hidden }),
      () => query("messages", "key", [id]),
      () => query("sessions", "activity", [1]),
      () => query("sessions", "parent", [id]),
      () => query("holds", "key", []),
      () => query("uploaded_files", "key", []),
      () => query("api_keys", "key", []),
      () => query("state", "key", []),
      () => query("blob_pieces", "key", [this.#name("hashes")]),
      () => query("blob_references", "key", [id]),
      () => query("context_entries", "key", [id]),
      () => query("checkpoints", "key", [id]),
      () => query("project_memories", "id", [this.#name("memories")]),
      () => query("project_memories", "key", [id]),
      () => query("memory_versions", "key", ["", this.#name("memories")]),
      () => query("working_memories", "key", []),
      () => query("resource_access_logs", "resource", [this.#name("resources")]),
      () => query("session_resources", "resource", [this.#name("resources")]),
      () => query("resources", "accessed", []),
    ])();
  }
}

/** Every tenant has a project and a user of these names. */
function ownerIn(path: string, name: string): string | undefined {
  if (name !== "id" && name !== "project_id") return undefined;
  if (path.startsWith("/projects/")) return "p";
  return path.startsWith("/users/") ? "ada" : undefined;
}
