import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importGrowing, lasting } from "../test/growing-import.ts";
import { applyEvents } from "../test/import-result.ts";
import { claudeCodeFixture, memorySource } from "../test/memory-source.ts";
import { claudeCode } from "./claude-code.ts";

const names = [
  "answers-and-tools.jsonl",
  "injected-text.jsonl",
  "title-custom.jsonl",
  "title-summary.jsonl",
  "title-summary-first.jsonl",
  "title-prompt.jsonl",
  "compaction.jsonl",
  "damaged.jsonl",
  "windows.jsonl",
  "odd-fields.jsonl",
  "side-chains-inside.jsonl",
  "8b20d7e4-19c3-4f5a-a6d2-0c9e4b3f7a02.jsonl",
];

describe("a file that grows", () => {
  it.each(names)("gives the same for %s, wherever the first import ended", async (name) => {
    const bytes = claudeCodeFixture(name);
    const whole = lasting(await importGrowing(claudeCode, name, bytes, []));
    // Every place in short files; in long ones steps that fall on every place of a line sooner or later.
    const step = Math.ceil(bytes.length / 800);
    for (let size = 0; size <= bytes.length; size += step) {
      expect(
        lasting(await importGrowing(claudeCode, name, bytes, [size])),
        `first import of ${size} bytes`,
      ).toEqual(whole);
    }
  });

  it("gives the same however often it was imported, line by line too", async () => {
    const scenario = fc.constantFrom(...names).chain((name) => {
      const bytes = claudeCodeFixture(name);
      return fc.record({
        name: fc.constant(name),
        bytes: fc.constant(bytes),
        sizes: fc.array(fc.nat(bytes.length), { maxLength: 30 }),
      });
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ name, bytes, sizes }) => {
        const growing = await importGrowing(
          claudeCode,
          name,
          bytes,
          sizes.toSorted((one, other) => one - other),
        );
        expect(lasting(growing)).toEqual(lasting(await importGrowing(claudeCode, name, bytes, [])));
      }),
      { numRuns: 150 },
    );
  });

  it("gives nothing again when nothing was added", async () => {
    const bytes = claudeCodeFixture("answers-and-tools.jsonl");
    const first = await importGrowing(claudeCode, "x.jsonl", bytes, []);
    const again = await importGrowing(claudeCode, "x.jsonl", bytes, [bytes.length]);
    expect(again.messages).toEqual(first.messages);
    expect(again.checkpoints.at(-1)).toEqual(first.checkpoints.at(-1));
  });

  it("goes on without a memo that it cannot use", async () => {
    const source = memorySource("x.jsonl", claudeCodeFixture("compaction.jsonl"));
    for (const memo of [
      undefined,
      null,
      7,
      "x",
      {},
      { version: 2 },
      { version: 1, sessions: [{}], calls: [[1, 2]] },
    ]) {
      const { messages } = await applyEvents(claudeCode.read(source, { offset: 0, line: 0, memo }));
      expect(messages).toHaveLength(6);
    }
  });
});

describe("a large file", () => {
  /** Lines of a long session, made as they are read. */
  function largeSource(
    lines: number,
    textLength: number,
  ): { source: ReturnType<typeof memorySource>; mostHeld: () => number } {
    let mostHeld = 0;
    const line = (index: number): Uint8Array =>
      new TextEncoder().encode(
        `${JSON.stringify({
          type: "assistant",
          sessionId: "s",
          uuid: `u${index}`,
          cwd: "/p",
          timestamp: "2026-03-04T09:00:00.000Z",
          message: {
            id: `msg_${Math.floor(index / 3)}`,
            content: [{ type: "text", text: "x".repeat(textLength) }],
          },
        })}\n`,
      );
    const source = {
      path: "large.jsonl",
      size: Number.MAX_SAFE_INTEGER,
      async *bytes() {
        for (let index = 0; index < lines; index += 1) {
          if (index % 1000 === 0) {
            const { heapUsed, arrayBuffers } = process.memoryUsage();
            mostHeld = Math.max(mostHeld, heapUsed + arrayBuffers);
          }
          yield line(index);
        }
      },
    };
    return { source, mostHeld: () => mostHeld };
  }

  it("has a checkpoint every 256 KB or 500 lines, at whole lines, with a small memo", async () => {
    const { source } = largeSource(5000, 100);
    let lines = 0;
    let offset = 0;
    for await (const event of claudeCode.read(source)) {
      if (event.type !== "checkpoint") continue;
      expect(event.line - lines).toBeLessThanOrEqual(500);
      expect(event.offset - offset).toBeLessThanOrEqual(256 * 1024 + 1000);
      expect(JSON.stringify(event.memo).length).toBeLessThan(16 * 1024);
      ({ line: lines, offset } = event);
    }
    expect(lines).toBe(5000);
  });

  it("is read in memory that does not grow with it", async () => {
    const { source, mostHeld } = largeSource(60_000, 2000);
    const before = process.memoryUsage();
    let messages = 0;
    for await (const event of claudeCode.read(source)) if (event.type === "message") messages += 1;
    expect(messages).toBeGreaterThanOrEqual(20_000);
    // The file has 130 MB.
    expect(mostHeld() - before.heapUsed - before.arrayBuffers).toBeLessThan(80 * 1024 * 1024);
  });
});
