import { beforeEach, describe, expect, test } from "vitest";
import type { Content, Part } from "../../model/message-content.ts";
import { storeNames, useServices } from "../test/use-services.ts";

const awkwardStrings: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["NUL", "a\0b\0"],
  ["a lone high surrogate", "a\ud800b"],
  ["a lone low surrogate", "\udfff"],
  ["surrogates the wrong way round", "\udc00\ud800"],
  ["control characters", Array.from({ length: 32 }, (_, code) => String.fromCodePoint(code)).join("")],
  ["line ends of every kind", "a\r\nb\rc\nd\u2028e\u2029f\u0085g"],
  ["emoji with joiners", "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪"],
  ["combining marks, not normalised", "e\u0301 é ﬁ Å"],
  ["right to left and marks of direction", "שלום \u202eabc\u202c مرحبا"],
  ["a byte order mark", "\ufeffabc\ufeff"],
  ["non-characters", "\ufffe\uffff\u{1fffe}\u{10ffff}"],
  ["private use", "\ue000\u{f0000}"],
  ["the replacement character", "\ufffd"],
  ["what looks like JSON", '"quoted" \\u0000 {"a":1}'],
  ["what looks like SQL", "'; DROP TABLE messages; --"],
  ["white space only", " \t\u00a0\u3000"],
];

const opaqueValues: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["false", false],
  ["text", "a\0\ud800"],
  ["numbers", [0, -1, 1.5, 1e21, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 2 ** 64]],
  ["empty things", [{}, [], ""]],
  ["names that every object has", JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3,"":4}')],
  ["names of ours", { tool_call_id: 1, toolCallId: 2, is_error: 3, type: "text", text: "x" }],
  ["names in an order", { b: 1, a: 2, 10: 3, 9: 4 }],
  ["an object without a prototype", Object.assign(Object.create(null) as object, { a: 1 })],
  ["500 levels", nested(500)],
];

const everyPart: readonly Part[] = [
  { type: "text", text: "Hello" },
  { type: "reasoning", text: "Hm.\0" },
  { type: "tool-call", toolCallId: "c1", toolName: "look", input: { path: "a.ts", tool_name: "x" } },
  { type: "tool-result", toolCallId: "c1", toolName: "look", output: "found", isError: false },
  { type: "tool-result", toolCallId: "c1", output: { isError: [1] }, isError: true },
  { type: "file", mediaType: "image/png", filename: "a.png", data: "aGVsbG8=", url: "file:a", hash: "0f" },
  { type: "file", mediaType: "text/plain" },
  { type: "source", url: "https://example.org/", title: "Example" },
  { type: "source" },
  { type: "data", name: "chart", data: [1, { x: null }] },
];

describe.each(storeNames)("content on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
  });

  async function roundTrip(content: Content): Promise<Content> {
    const [item] = (await services.tl.messages.append(session, [{ role: "user", content }])).items;
    const message = await services.tl.messages.get(session, item?.id ?? "");
    expect((await services.tl.messages.list(session, { last: 1 })).items).toEqual([message]);
    return message.content;
  }

  test.each(awkwardStrings)("%s comes back as it was given", async (_, text) => {
    expect(await roundTrip(text)).toBe(text);
    expect(await roundTrip([{ type: "text", text }])).toEqual([{ type: "text", text }]);
    const native = { format: "f", text };
    await services.tl.messages.append(session, [{ id: "n", role: "user", content: "x", native }]);
    expect(await services.tl.messages.get(session, "n", { native: true })).toMatchObject({ native });
  });

  test("every code point below U+10000, surrogates too, in one text", async () => {
    const text = Array.from({ length: 0x1_00_00 }, (_, unit) => String.fromCharCode(unit)).join("\n");
    expect((await roundTrip(text)) === text).toBe(true);
  });

  test("parts of every type come back as they were given", async () => {
    expect(await roundTrip(everyPart)).toEqual(everyPart);
    expect(await roundTrip([])).toEqual([]);
  });

  test.each(opaqueValues)("%s comes back from where values are opaque", async (_, value) => {
    const parts: Part[] = [
      { type: "data", name: "d", data: value },
      { type: "tool-call", toolCallId: "c", toolName: "t", input: value },
      { type: "tool-result", toolCallId: "c", output: value },
    ];
    const found = await roundTrip(parts);
    expect(found).toEqual(parts);
    // The order of names, too.
    expect(JSON.stringify(found)).toBe(JSON.stringify(parts));
  });

  const cycle: { self?: unknown } = {};
  cycle.self = { again: [cycle] };
  class Point {
    readonly x = 1;
  }

  test.each<readonly [string, unknown, string]>([
    ["a Date", new Date(0), "plain objects"],
    ["a Map", { a: new Map() }, "plain objects"],
    ["an object of a class", [new Point()], "plain objects"],
    ["bytes", new Uint8Array(2), "plain objects"],
    ["a bigint", { a: 1n }, "bigint"],
    ["undefined", { a: undefined }, "undefined"],
    ["a function", { toJSON: () => 1 }, "function"],
    ["a symbol", [Symbol("s")], "symbol"],
    ["NaN", [Number.NaN], "NaN"],
    ["an infinite number", { a: Number.NEGATIVE_INFINITY }, "infinite"],
    // oxlint-disable-next-line no-sparse-arrays -- that is what is tested
    ["a list with holes", [1, , 3], "holes"],
    ["501 levels", nested(501), "500 levels"],
    ["100,000 levels", nested(100_000), "500 levels"],
    ["a cycle", cycle, "500 levels"],
  ])("%s is refused in a part and in metadata, and nothing is written", async (_, value, message) => {
    const part: Part = { type: "data", name: "d", data: value };
    await expect(
      services.tl.messages.append(session, [{ role: "user", content: [part] }]),
    ).rejects.toMatchObject({
      name: "ThroughlineError",
      code: "invalid",
      details: { field: "content.0.data" },
      message: expect.stringContaining(message) as string,
    });
    await expect(
      services.tl.messages.append(session, [{ role: "user", content: "x", metadata: { value } }]),
    ).rejects.toMatchObject({ name: "ThroughlineError", code: "invalid", details: { field: "metadata" } });
    expect((await services.tl.messages.list(session)).items).toEqual([]);
  });

  test.each([
    ["a part without a type", [{ text: "x" }], "content.0"],
    ["a part of no type", [{ type: "video" }], "content.0.type"],
    ["a part without its text", [{ type: "text", text: "a" }, { type: "text" }], "content.1.text"],
    ["text that is none", [{ type: "text", text: 1 }], "content.0.text"],
    ["an unknown field", [{ type: "text", text: "x", colour: "red" }], "content.0.colour"],
    ["a name of JSON", [{ type: "tool-call", tool_call_id: "c" }], "content.0"],
    ["a call without input", [{ type: "tool-call", toolCallId: "c", toolName: "t" }], "content.0.input"],
    ["a number", 5, "content"],
    ["null", null, "content"],
    ["an object", { type: "text", text: "x" }, "content"],
    ["a list of texts", ["x"], "content.0"],
  ])("%s is refused, and the place is named", async (_, content, field) => {
    await expect(
      services.tl.messages.append(session, [{ role: "user", content } as never]),
    ).rejects.toMatchObject({
      code: "invalid",
      details: { field: expect.stringMatching(new RegExp(`^${RegExp.escape(field)}(\\.|$)`)) as string },
    });
  });

  test("an error never tells what was written", async () => {
    const secret = "s3cret".repeat(100);
    const wrong = [
      { role: "user", content: "x", native: secret },
      { role: "user", content: [{ type: "tool-result", toolCallId: "c", output: 1, isError: secret }] },
      { role: "user", content: "x", usage: secret },
      { role: secret, content: "x" },
      secret,
    ];
    for (const message of wrong) {
      const error: unknown = await services.tl.messages
        .append(session, [message as never])
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "invalid" });
      expect(String(error)).not.toContain("s3cret");
    }
  });
});

/** A value of so many levels. */
function nested(levels: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < levels; level += 1) value = level % 2 === 0 ? { in: value } : [value];
  return value;
}
