import * as fc from "fast-check";
import { expect, test } from "vitest";
import { contentToJson } from "../model/message-content.ts";
import { cutContent, joinContent } from "./cut-content.ts";

const value = fc.jsonValue({ stringUnit: "binary" });
const text = fc.string({ unit: "binary" });
const part = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text }),
  fc.record({ type: fc.constant("reasoning" as const), text }),
  fc.record({ type: fc.constant("tool-call" as const), toolCallId: text, toolName: text, input: value }),
  fc.record({
    type: fc.constant("tool-result" as const),
    toolCallId: text,
    output: value,
    isError: fc.boolean(),
  }),
  fc.record({ type: fc.constant("file" as const), mediaType: text, filename: text, data: text }),
  fc.record({ type: fc.constant("data" as const), name: text, data: value }),
);

test("content that is cut anywhere is put together byte for byte", () => {
  const property = fc.property(fc.array(part), fc.nat(20), (parts, limit) => {
    const json = JSON.stringify(contentToJson(parts));
    const cuts = cutContent(json, (one) => one.length > limit);
    if (cuts === undefined) return;
    expect(cuts.texts).toHaveLength(cuts.values.length + 1);
    const values = cuts.values.map((one) => one.json);
    expect(values.every((one) => one.length > limit)).toBe(true);
    expect(joinContent(cuts.texts, values)).toBe(json);
  });
  fc.assert(property, { numRuns: 500 });
});

test("what is large of a part lies apart, and a file's bytes are not searched", () => {
  const long = "x".repeat(30);
  const json = JSON.stringify([
    { type: "text", text: "short" },
    { type: "tool-result", tool_call_id: long, output: { lines: [long] } },
    { type: "file", media_type: "text/plain", data: long, filename: "f" },
  ]);
  const cuts = cutContent(json, (one) => one.length > 20);
  expect(cuts?.values).toEqual([
    { json: `{"lines":["${long}"]}`, searched: true },
    { json: `"${long}"`, searched: false },
  ]);
  expect(cuts?.texts[1]).toBe('},{"type":"file","media_type":"text/plain","data":');
});

test.each([
  ["a string", JSON.stringify("x".repeat(50))],
  ["parts that are small", '[{"type":"text","text":"x"}]'],
  ["a large field that no part has", JSON.stringify([{ type: "source", url: "x".repeat(50) }])],
  ["JSON that is written in another way", `[ {"type":"text","text":"${"x".repeat(50)}"} ]`],
])("%s is not cut", (_, json) => {
  expect(cutContent(json, (one) => one.length > 20)).toBeUndefined();
});
