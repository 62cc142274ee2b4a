import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type MessageInput, messageInput } from "./message-input.ts";
import { parseInput } from "./parse-input.ts";
import { readPlainMessage } from "./plain-message.ts";

test.each([
  { role: "user", content: "" },
  { id: "a", role: "tool", content: "\0 \ud800", model: "m", createdAt: new Date(0) },
  {
    role: "assistant",
    content: [
      { type: "text", text: "a" },
      { type: "reasoning", text: "" },
    ],
    usage: { input: 1, output: 0, cacheRead: 2, cacheWrite: 3, reasoning: 4 },
  },
] satisfies MessageInput[])("%j is plain", (input) => {
  expect(readPlainMessage(input)).toEqual(input);
});

const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  "",
  "a\0",
  "\ud800",
  "é".repeat(86),
  "x".repeat(342),
  "x".repeat(1_025),
  -1,
  1.5,
  Number.NaN,
  true,
  [],
  ["x"],
  {},
  { x: 1 },
  new Date(-1),
  new Date(Number.NaN),
);
/** Mostly what a schema accepts. */
function mostly(usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

const text = mostly(fc.string());
const part = fc.record(
  { type: mostly(fc.constantFrom("text", "reasoning")), text },
  { noNullPrototype: true },
);
const partWithMore = fc.record({ type: fc.constantFrom("text", "data"), text, name: text, data: odd });
const usage = fc.dictionary(
  mostly(fc.constantFrom("input", "output", "cacheRead", "cacheWrite", "reasoning")).map(String),
  mostly(fc.nat()),
);
const anyInput = fc.record(
  {
    role: mostly(fc.constantFrom("user", "assistant", "system", "tool")),
    content: fc.oneof(
      text,
      fc.array(mostly(part), { maxLength: 3 }),
      fc.array(partWithMore, { maxLength: 2 }),
    ),
    id: text,
    model: text,
    createdAt: mostly(fc.nat().map((milliseconds) => new Date(milliseconds))),
    usage: mostly(usage),
  },
  { requiredKeys: ["role", "content"], noNullPrototype: true },
);
const anyMessage = fc.oneof(
  { weight: 8, arbitrary: anyInput },
  {
    weight: 1,
    arbitrary: fc.tuple(anyInput, fc.dictionary(fc.string(), odd)).map((both) => Object.assign({}, ...both)),
  },
);

test("what is plain is what the schema makes of it, in the order of the schema", () => {
  let plain = 0;
  fc.assert(
    fc.property(anyMessage, (input: unknown) => {
      const read = readPlainMessage(input);
      if (read === undefined) return;
      plain += 1;
      expect(JSON.stringify(read)).toBe(JSON.stringify(parseInput(messageInput, input, "message")));
      expect(read).toEqual(input);
    }),
    { numRuns: 2_000 },
  );
  expect(plain).toBeGreaterThan(200);
});
