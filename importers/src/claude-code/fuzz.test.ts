import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeField } from "../test/change-field.ts";
import { claudeCodeFixture } from "../test/memory-source.ts";
import { lastOf } from "../test/valid-events.ts";
import { claudeCode } from "./claude-code.ts";

const names = [
  "answers-and-tools.jsonl",
  "injected-text.jsonl",
  "title-summary.jsonl",
  "compaction.jsonl",
  "damaged.jsonl",
  "odd-fields.jsonl",
  "side-chains-inside.jsonl",
];
const fixture = fc.constantFrom(...names);
describe("any file", () => {
  it("is read to its end when bytes of it were changed", async () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.uint8Array({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(fixture, fc.array(change, { minLength: 1, maxLength: 20 }), async (name, changes) => {
        const bytes = new Uint8Array(claudeCodeFixture(name));
        for (const { at, bytes: put } of changes)
          bytes.set(put, Math.floor(at * Math.max(0, bytes.length - 8)));
        expect(await lastOf(claudeCode, bytes)).toBe("checkpoint");
      }),
      { numRuns: 300 },
    );
  });

  it("is read to its end when fields hold anything", async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom<unknown>(
        1e308,
        -1,
        2 ** 60,
        "",
        "\0",
        "\uD800",
        "x".repeat(5000),
        [[]],
        { type: "text" },
        "agent",
      ),
      fc.constantFrom<unknown>("__proto__", "constructor", "system", "summary", "9999-99-99T00:00:00Z", [
        { type: "tool_result" },
      ]),
    );
    const change = fc.record({
      pick: fc.nat(),
      value,
      key: fc.option(fc.constantFrom("__proto__", "toString", "type", "id")),
    });
    await fc.assert(
      fc.asyncProperty(fixture, fc.array(change, { minLength: 1, maxLength: 30 }), async (name, changes) => {
        const records = new TextDecoder().decode(claudeCodeFixture(name)).split("\n").map(parseLeniently);
        for (const each of changes) changeField(records, each.pick, each.key, each.value);
        expect(await lastOf(claudeCode, records.map((record) => JSON.stringify(record)).join("\n"))).toBe(
          "checkpoint",
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["nothing", ""],
    ["only line endings", "\n\r\n\n"],
    ["zeros", new Uint8Array(5000)],
    ["noise", Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7919 + (index >> 3)) % 256)],
    [
      "deep nesting",
      `${"[".repeat(200_000)}\n{"type":"user","message":{"content":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`,
    ],
    [
      "huge numbers",
      '{"type":"assistant","uuid":"u","sessionId":"s","timestamp":1e999,"message":{"content":"x","usage":{"input_tokens":1e999}}}',
    ],
  ])("is read to its end when it holds %s", async (_name, bytes) => {
    expect(await lastOf(claudeCode, bytes)).toBe("checkpoint");
  });

  it("keeps its memo small when every name is as long as can be", async () => {
    const long = (index: number, letter: string): string =>
      `${letter}${'\\"ü'.repeat(60)}${index}`.slice(-200);
    const lines = Array.from({ length: 2000 }, (_, index) => {
      const ids = { sessionId: long(index % 40, "s"), uuid: long(index, "u"), isSidechain: index % 3 === 0 };
      const call = { type: "tool_use", id: long(index, "c"), name: long(index, "n") };
      const message = { id: long(index, "m"), model: long(index, "o"), content: [call] };
      const summary = { type: "summary", summary: "🌱\\".repeat(80), leafUuid: long(index, "l") };
      const record = {
        type: "assistant",
        ...ids,
        cwd: "ü".repeat(3000),
        gitBranch: long(index, "g"),
        message,
      };
      return `${JSON.stringify(summary)}\n${JSON.stringify(record)}\n`;
    });
    expect(await lastOf(claudeCode, lines.join(""))).toBe("checkpoint");
  });
});

function parseLeniently(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
