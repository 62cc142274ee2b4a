import { readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeField } from "../test/change-field.ts";
import { codexFixture } from "../test/memory-source.ts";
import { lastOf } from "../test/valid-events.ts";
import { codex } from "./codex.ts";

const fixture = fc.constantFrom(...readdirSync(new URL("../../fixtures/codex", import.meta.url)));

/** The records of a fixture; the whole file is one record. */
function recordsOf(name: string): unknown[] {
  const text = new TextDecoder().decode(codexFixture(name));
  return name.endsWith(".json") ? [JSON.parse(text)] : text.split("\n").map(parseLeniently);
}

describe("any file", () => {
  it("is read to its end when bytes of it were changed", async () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.uint8Array({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(fixture, fc.array(change, { minLength: 1, maxLength: 20 }), async (name, changes) => {
        const bytes = new Uint8Array(codexFixture(name));
        for (const { at, bytes: put } of changes) {
          bytes.set(put, Math.floor(at * Math.max(0, bytes.length - 8)));
        }
        expect(await lastOf(codex, bytes)).toBe("checkpoint");
      }),
      { numRuns: 300 },
    );
  });

  it("is read to its end when fields hold anything", async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom<unknown>(1e308, -1, 2 ** 60, 2 ** 53 - 1, "", "\0", "\uD800", "x".repeat(5000), [[]]),
      fc.constantFrom<unknown>("__proto__", "system", "message", "reasoning", "session_meta", "event_msg"),
      fc.constantFrom<unknown>(
        "token_count",
        "function_call",
        "x_output",
        "task_complete",
        "9999-99-99T00:00:00Z",
      ),
      fc.constantFrom<unknown>(
        { type: "input_text", text: "\uD800\0" },
        `${"[".repeat(5000)}${"]".repeat(5000)}`,
      ),
    );
    const change = fc.record({
      pick: fc.nat(),
      value,
      key: fc.option(fc.constantFrom("__proto__", "toString", "type", "id", "payload", "call_id", "role")),
    });
    await fc.assert(
      fc.asyncProperty(fixture, fc.array(change, { minLength: 1, maxLength: 30 }), async (name, changes) => {
        const records = recordsOf(name);
        for (const each of changes) changeField(records, each.pick, each.key, each.value);
        const text = records.map((record) => JSON.stringify(record)).join("\n");
        expect(await lastOf(codex, text)).toBe("checkpoint");
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["nothing", ""],
    ["only line endings", "\n\r\n\n"],
    ["a brace and no more", "{\n"],
    ["zeros", new Uint8Array(5000)],
    ["noise", Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7919 + (index >> 3)) % 256)],
    [
      "a whole file nested deeply",
      `{"session":{"id":"s"},"items":[${"[".repeat(50_000)}${"]".repeat(50_000)}]}`,
    ],
    [
      "a whole file of other things",
      '{"session":7,"items":[1,"a",[{}],{"type":"message","role":"user","content":"Hi"}]}',
    ],
    ["a whole file without items", '{"session":{"id":"s"}}'],
  ])("is read to its end when it holds %s", async (_name, bytes) => {
    expect(await lastOf(codex, bytes)).toBe("checkpoint");
  });

  it("keeps its memo small when every name is as long as can be", async () => {
    const long = (index: number, letter: string): string =>
      `${letter}${'\\"\u0001ü'.repeat(60)}${index}`.slice(-200);
    const labels = { branch: long(1, "b"), commit_hash: long(2, "h"), repository_url: long(3, "u") };
    const meta = {
      id: long(0, "s"),
      cwd: "\u0001".repeat(1000),
      git: labels,
      originator: long(4, "o"),
      source: long(5, "c"),
    };
    const more = {
      cli_version: long(6, "v"),
      agent_role: long(7, "r"),
      agent_nickname: long(8, "n"),
      forked_from_id: long(9, "f"),
    };
    const lines = Array.from({ length: 2000 }, (_, index) => [
      { type: "turn_context", payload: { turn_id: "t", model: long(index, "m") } },
      { type: "event_msg", payload: { type: "agent_message", message: `early ${index}` } },
      {
        type: "response_item",
        payload: { type: "function_call", name: long(index, "n"), call_id: long(index, "c") },
      },
      {
        type: "response_item",
        payload: {
          type: "message",
          role: "user",
          content: `prompt ${index}`,
          id: `msg_${"x".repeat(70)}${index}`,
        },
      },
    ]).flat();
    const records = [{ type: "session_meta", payload: { ...meta, ...more } }, ...lines];
    expect(await lastOf(codex, records.map((record) => JSON.stringify(record)).join("\n"))).toBe(
      "checkpoint",
    );
  });
});

function parseLeniently(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
