import * as v from "valibot";
import { expect, test } from "vitest";
import { messageInput } from "./message-input.ts";
import { parseInput } from "./parse-input.ts";
import { sessionFilter, sessionInput } from "./session-input.ts";

const part = "must be a part: text, reasoning, tool-call, tool-result, file, source or data";

test.each<readonly [v.GenericSchema, unknown, string]>([
  [messageInput, {}, "it: role is missing."],
  [messageInput, { role: "user" }, "it: content is missing."],
  [messageInput, { role: "boss", content: "" }, "it: role must be user, assistant, system or tool."],
  [messageInput, { role: "user", content: 1 }, "it: content must be text or a list of parts."],
  [messageInput, { role: "user", content: [{ type: "clip" }] }, `it: content.0.type ${part}.`],
  [messageInput, { role: "user", content: [{ type: "text" }] }, "it: content.0.text is missing."],
  [messageInput, { role: "user", content: "", usage: 3 }, "it: usage must be an object."],
  [messageInput, { role: "user", content: "", native: "text" }, "it: native must be an object."],
  [messageInput, { role: "user", content: "", tokenCount: -1 }, "it: tokenCount must not be negative."],
  [messageInput, { role: "user", content: "", colour: 1 }, "it: colour is not a field that can be given."],
  [sessionInput, "text", "it must be an object."],
  [sessionInput, null, "it must be an object."],
  [sessionInput, [], "it must be an object, not a list."],
  [sessionInput, { tags: "a" }, "it: tags must be a list of texts."],
  [sessionInput, { tags: ["a", ""] }, "it: tags.1 must not be empty."],
  [sessionInput, { tool: "x".repeat(256) }, "it: tool must have at most 255 bytes."],
  [sessionInput, { title: "a\0" }, "it: title must have neither NUL nor lone surrogates."],
  [sessionInput, { processId: 1.5 }, "it: processId must be an integer."],
  [sessionInput, { processId: 0 }, "it: processId must be at least 1."],
  [
    sessionInput,
    { createdAt: "2026-01-01" },
    "it: createdAt must be a time: a Date or ISO 8601 text with a zone.",
  ],
  [sessionInput, { createdAt: "2026-99-01T00:00:00Z" }, "it: createdAt must name a day that exists."],
  [sessionInput, { createdAt: "1969-12-31T00:00:00Z" }, "it: createdAt must be a time from 1970 on."],
  [
    sessionFilter,
    { metadata: { a: {} } },
    "it: metadata must have text, a number, true, false or null at a.",
  ],
  [sessionFilter, { limit: 0 }, "it: limit must be at least 1."],
])("says in words what is wrong (%#)", (schema, input, message) => {
  expect(() => parseInput(schema, input, "it")).toThrow(
    expect.objectContaining({ message, code: "invalid" }),
  );
});

const inner = v.strictObject({ most: v.optional(v.number("must be a number")) });
const outer = v.strictObject({
  policy: v.optional(inner),
  items: v.optional(v.array(v.strictObject({ policy: v.nullable(inner) }))),
  choice: v.optional(v.union([v.string(), inner])),
  counts: v.optional(v.record(v.string(), v.number())),
  needed: v.optional(v.strictObject({ name: v.string() })),
  free: v.optional(v.unknown()),
});

test.each([
  [[], ""],
  [{ policy: [] }, "policy"],
  [{ policy: [1] }, "policy"],
  [{ items: [{ policy: null }, { policy: [] }] }, "items.1.policy"],
  [{ items: [[]] }, "items.0"],
  [{ choice: [] }, "choice"],
  [{ counts: [] }, "counts"],
  [{ needed: [] }, "needed"],
])("a list is no object, at any depth: %j", (input, field) => {
  const place = field === "" ? "it" : `it: ${field}`;
  expect(() => parseInput(outer, input, "it")).toThrow(
    expect.objectContaining({
      code: "invalid",
      reason: "type",
      message: `${place} must be an object, not a list.`,
      details: { field },
    }),
  );
});

test("lists where they belong, and in what is not looked into, are let through as they are", () => {
  const input = { items: [{ policy: { most: 1 } }], free: [[], { a: [] }] };
  expect(parseInput(outer, input, "it")).toEqual(input);
});

test("gives what is right, and times as dates", () => {
  expect(parseInput(sessionInput, { user: "ada", createdAt: "2026-01-01T00:00:00.5Z" }, "it")).toEqual({
    user: "ada",
    createdAt: new Date("2026-01-01T00:00:00.500Z"),
  });
});

test("the place that is named is the innermost of what fits best", () => {
  const schema = v.union([v.string(), v.array(v.union([v.number(), v.strictObject({ a: v.number() })]))]);
  expect(() => parseInput(schema, [1, { a: "x" }], "it")).toThrow(
    expect.objectContaining({ details: { field: "1.a" } }),
  );
});
