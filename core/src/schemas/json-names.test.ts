import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { fromJsonNames, toSnakeCase, withJsonNames } from "./json-names.ts";
import { messageFromJson, messageInput, messageJson } from "./message-input.ts";
import { parseInput } from "./parse-input.ts";
import {
  sessionChanges,
  sessionChangesJson,
  sessionFilter,
  sessionFilterJson,
  sessionFromJson,
  sessionInput,
  sessionJson,
} from "./session-input.ts";

function namesOf(schema: v.GenericSchema): string[] {
  return "entries" in schema ? Object.keys(schema.entries as object) : [];
}

const session = {
  user_id: "ada",
  project_id: "p",
  tool_id: "chat",
  external_key: "k",
  parent_session_id: "s",
  created_at: "2026-01-01T00:00:00Z",
  title: "T",
  model: "m",
  workspace_path: "/w",
  profile_id: "x",
  terminal_id: "t",
  process_id: 4,
  pinned: true,
  tags: ["a"],
  summary: "S",
  metadata: { camelCase: { snake_case: 1 } },
  metrics: {},
  expires_at: null,
  listed: false,
};

const message = {
  id: "m",
  role: "assistant",
  content: [
    { type: "tool-call", tool_call_id: "c", tool_name: "t", input: { toolName: 1, tool_name: 2 } },
    { type: "tool-result", tool_call_id: "c", output: null, is_error: false },
    { type: "file", media_type: "image/png", filename: "a" },
  ],
  parent_id: null,
  model: "x",
  usage: { input: 1, cache_read: 2, cache_write: 3 },
  cost: 0.5,
  token_count: 7,
  native: { format: "f", text: "{}" },
  metadata: { tool_call_id: 1, toolCallId: 2 },
  created_at: "2026-01-01T00:00:00Z",
};

describe("names", () => {
  test("of JSON are checked as strictly: what stands behind a choice, too", () => {
    const given = { created_at: "1969-12-31T00:00:00Z" };
    expect(() => parseInput(sessionJson, given, "body")).toThrow(
      "body: created_at must be a time from 1970 on.",
    );
  });

  test.each([
    ["toolCallId", "tool_call_id"],
    ["id", "id"],
    ["aBC", "a_b_c"],
  ])("%s is %s", (name, jsonName) => {
    expect(toSnakeCase(name)).toBe(jsonName);
    expect(fromJsonNames({ [jsonName]: 1 })).toEqual({ [name]: 1 });
  });

  test("names of arguments that JSON calls otherwise", () => {
    expect(fromJsonNames({ user_id: 1, other_id: 2 }, { user: "user_id" })).toEqual({ user: 1, otherId: 2 });
  });

  test("names that every object has are names like others", () => {
    expect(fromJsonNames({ constructor: 1, to_string: 2 })).toEqual({ constructor: 1, toString: 2 });
  });
});

describe("schemas with the names of JSON", () => {
  test.each<readonly [string, v.GenericSchema, v.GenericSchema]>([
    ["sessions", sessionInput, sessionJson],
    ["changes of sessions", sessionChanges, sessionChangesJson],
    ["filters of sessions", sessionFilter, sessionFilterJson],
    ["messages", messageInput, messageJson],
  ])("%s have as many, each in snake_case", (_, schema, json) => {
    expect(namesOf(json)).toHaveLength(namesOf(schema).length);
    for (const name of namesOf(json)) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  test("a session is let through, and is the same input as with our own names", () => {
    expect(namesOf(sessionJson).toSorted()).toEqual(Object.keys(session).toSorted());
    parseInput(sessionJson, session, "session");
    expect(parseInput(sessionInput, sessionFromJson(session), "session")).toMatchObject({
      user: "ada",
      project: "p",
      tool: "chat",
      externalKey: "k",
      parent: "s",
      createdAt: new Date("2026-01-01T00:00:00Z"),
      workspacePath: "/w",
      profile: "x",
      terminal: "t",
      processId: 4,
      metadata: session.metadata,
      expiresAt: null,
    });
  });

  test("a message is let through, and is the same input as with our own names", () => {
    expect(namesOf(messageJson).toSorted()).toEqual(Object.keys(message).toSorted());
    parseInput(messageJson, message, "message");
    expect(parseInput(messageInput, messageFromJson(message), "message")).toEqual({
      id: "m",
      role: "assistant",
      content: [
        { type: "tool-call", toolCallId: "c", toolName: "t", input: { toolName: 1, tool_name: 2 } },
        { type: "tool-result", toolCallId: "c", output: null, isError: false },
        { type: "file", mediaType: "image/png", filename: "a" },
      ],
      parentId: null,
      model: "x",
      usage: { input: 1, cacheRead: 2, cacheWrite: 3 },
      cost: 0.5,
      tokenCount: 7,
      native: { format: "f", text: "{}" },
      metadata: { tool_call_id: 1, toolCallId: 2 },
      createdAt: new Date("2026-01-01T00:00:00Z"),
    });
    expect(messageFromJson({ role: "user", content: "x", usage: null })).toEqual({
      role: "user",
      content: "x",
      usage: null,
    });
  });

  test.each<readonly [v.GenericSchema, unknown, string]>([
    [sessionJson, { user: "ada" }, "user"],
    [sessionJson, { externalKey: "k" }, "externalKey"],
    [sessionJson, { process_id: 0 }, "process_id"],
    [sessionJson, { tags: Array.from({ length: 1_001 }, () => "a") }, "tags"],
    [sessionJson, { metadata: { a: "\0" } }, "metadata"],
    [sessionChangesJson, { expected_revision: 0 }, "expected_revision"],
    [sessionFilterJson, { metadata: { a: [] } }, "metadata"],
    [messageJson, { role: "user", content: "x", parentId: "a" }, "parentId"],
    [messageJson, { role: "user", content: [{ type: "file", mediaType: "a" }] }, "content.0.media_type"],
    [messageJson, { role: "user", content: "x", usage: { cacheRead: 1 } }, "usage.cacheRead"],
  ])("what is wrong is refused by the name that was given (%#)", (schema, input, field) => {
    expect(() => parseInput(schema, input, "body")).toThrow(expect.objectContaining({ details: { field } }));
  });
});

test("choices, lists and what may be absent keep what they check", () => {
  const schema = v.strictObject({
    someList: v.optional(v.pipe(v.array(v.strictObject({ innerName: v.string() })), v.maxLength(1))),
    someChoice: v.nullable(
      v.union([v.literal("a"), v.strictObject({ otherName: v.number() })], "must be a choice"),
    ),
  });
  const json = withJsonNames(schema, { someChoice: "choice" });
  expect(v.is(json, { some_list: [{ inner_name: "x" }], choice: null })).toBe(true);
  expect(v.is(json, { choice: { other_name: 1 } })).toBe(true);
  expect(v.is(json, { choice: "a" })).toBe(true);
  expect(v.is(json, { some_list: [{ inner_name: "x" }, { inner_name: "y" }], choice: null })).toBe(false);
  expect(v.is(json, { choice: { otherName: 1 } })).toBe(false);
  expect(v.is(json, {})).toBe(false);
});
