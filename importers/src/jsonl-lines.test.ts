import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonlLines } from "./jsonl-lines.ts";
import type { JsonlLine, JsonlOptions } from "./jsonl-lines.ts";
import { memorySource } from "./test/memory-source.ts";

async function linesOf(
  content: string | Uint8Array,
  options?: JsonlOptions,
  chunkBytes = 3,
): Promise<JsonlLine[]> {
  const from = options?.offset ?? 0;
  return Array.fromAsync(jsonlLines(memorySource("x", content, chunkBytes).bytes(from), options));
}

describe("jsonlLines", () => {
  it("gives each line its place, with and without a carriage return", async () => {
    const lines = await linesOf("ab\r\n\ncd\n");
    expect(lines).toEqual([
      { offset: 0, length: 2, end: 4, line: 1, text: "ab", complete: true },
      { offset: 4, length: 0, end: 5, line: 2, text: "", complete: true },
      { offset: 5, length: 2, end: 8, line: 3, text: "cd", complete: true },
    ]);
  });

  it("tells a last line that has no newline yet", async () => {
    expect((await linesOf("ab\ncd")).map(({ text, complete }) => [text, complete])).toEqual([
      ["ab", true],
      ["cd", false],
    ]);
  });

  it("leaves a byte order mark out, at the start of the file only", async () => {
    const lines = await linesOf("\uFEFFa\n\uFEFFb\n");
    expect(lines.map(({ offset, length, text }) => ({ offset, length, text }))).toEqual([
      { offset: 3, length: 1, text: "a" },
      { offset: 5, length: 4, text: "\uFEFFb" },
    ]);
  });

  it("reports a line that is not UTF-8 and goes on", async () => {
    const lines = await linesOf(Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x0a, 0x62, 0x0a));
    expect(lines.map(({ text, problem }) => text ?? problem)).toEqual(["a", "not-utf8", "b"]);
  });

  it("passes over a line longer than the limit, wherever the pieces end", async () => {
    for (const chunkBytes of [1, 2, 7, 100]) {
      const lines = await linesOf(`ab\n${"x".repeat(50)}\ncd\n`, { limitBytes: 10 }, chunkBytes);
      expect(lines.map(({ text, problem }) => text ?? problem)).toEqual(["ab", "too-long", "cd"]);
      expect(lines[1]).toMatchObject({ offset: 3, length: 50, end: 54, line: 2 });
    }
  });

  it("goes on from an offset in the middle of a line", async () => {
    const lines = await linesOf("ab\ncdef\ngh\n", { offset: 5, line: 1 });
    expect(lines.map(({ offset, line, text }) => ({ offset, line, text }))).toEqual([
      { offset: 5, line: 2, text: "ef" },
      { offset: 8, line: 3, text: "gh" },
    ]);
  });

  it("gives the same lines however the bytes are cut", async () => {
    const content = fc.array(fc.constantFrom("a", "ä", "🌱", "\n", "\r\n", "\r", "\uFEFF"), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(content, fc.integer({ min: 1, max: 9 }), async (pieces, chunkBytes) => {
        const text = pieces.join("");
        expect(await linesOf(text, {}, chunkBytes)).toEqual(await linesOf(text, {}, 1000));
      }),
    );
  });
});
