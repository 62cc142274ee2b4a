import { readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importGrowing, lasting } from "../test/growing-import.ts";
import { applyEvents } from "../test/import-result.ts";
import { codexFixture, memorySource } from "../test/memory-source.ts";
import { codex } from "./codex.ts";

const names = readdirSync(new URL("../../fixtures/codex", import.meta.url));

describe("a file that grows", () => {
  it.each(names)("gives the same for %s, wherever the first import ended", async (name) => {
    const bytes = codexFixture(name);
    const whole = lasting(await importGrowing(codex, name, bytes, []));
    // Every place in short files; in long ones steps that fall on every place of a line sooner or later.
    const step = Math.ceil(bytes.length / 800);
    for (let size = 0; size <= bytes.length; size += step) {
      const growing = await importGrowing(codex, name, bytes, [size]);
      expect(lasting(growing), `first import of ${size} bytes`).toEqual(whole);
    }
  });

  it.each(names.filter((name) => name.endsWith("l")))("gives the same for %s, line by line", async (name) => {
    const bytes = codexFixture(name);
    const sizes = Array.from(bytes.entries(), ([at, byte]) => (byte === 0x0a ? at + 1 : 0)).filter(Boolean);
    const whole = lasting(await importGrowing(codex, name, bytes, []));
    expect(lasting(await importGrowing(codex, name, bytes, sizes))).toEqual(whole);
  });

  it("gives the same however often it was imported", async () => {
    const scenario = fc.constantFrom(...names).chain((name) => {
      const bytes = codexFixture(name);
      const sizes = fc.array(fc.nat(bytes.length), { maxLength: 30 });
      return fc.record({ name: fc.constant(name), bytes: fc.constant(bytes), sizes });
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ name, bytes, sizes }) => {
        const sorted = sizes.toSorted((one, other) => one - other);
        const growing = await importGrowing(codex, name, bytes, sorted);
        expect(lasting(growing)).toEqual(lasting(await importGrowing(codex, name, bytes, [])));
      }),
      { numRuns: 150 },
    );
  });

  it.each(["answers-and-tools.jsonl", "whole-file.json"])("gives nothing of %s again", async (name) => {
    const bytes = codexFixture(name);
    const first = await importGrowing(codex, name, bytes, []);
    const again = await importGrowing(codex, name, bytes, [bytes.length]);
    expect(again.messages).toEqual(first.messages);
    expect(again.checkpoints.at(-1)).toEqual(first.checkpoints.at(-1));
  });

  it("goes on without a memo that it cannot use", async () => {
    const source = memorySource("x.jsonl", codexFixture("compaction.jsonl"));
    const damaged = {
      version: 1,
      draft: {},
      answer: [],
      calls: [[1, 2]],
      spoken: [{}],
      pending: [7],
      totals: [1],
    };
    for (const memo of [undefined, null, 7, "x", {}, { version: 2 }, damaged]) {
      const { messages } = await applyEvents(codex.read(source, { offset: 0, line: 0, memo }));
      expect(messages).toHaveLength(7);
    }
  });
});

describe("a large file", () => {
  /** Lines of a long session, made as they are read. */
  function largeSource(lines: number, textLength: number) {
    let mostHeld = 0;
    const text = "x".repeat(textLength);
    const payloads = (index: number) => [
      { type: "message", role: "assistant", content: [{ type: "output_text", text: `${index} ${text}` }] },
      { type: "function_call", name: "exec_command", arguments: "{}", call_id: `call_${index}` },
      { type: "function_call_output", call_id: `call_${index}`, output: text },
    ];
    const source = {
      path: "large.jsonl",
      size: Number.MAX_SAFE_INTEGER,
      async *bytes() {
        for (let index = 0; index < lines; index += 1) {
          if (index % 1000 === 0) {
            const { heapUsed, arrayBuffers } = process.memoryUsage();
            mostHeld = Math.max(mostHeld, heapUsed + arrayBuffers);
          }
          const payload = payloads(Math.floor(index / 3))[index % 3];
          const record = { timestamp: "2026-03-04T09:00:00.000Z", type: "response_item", payload };
          yield new TextEncoder().encode(`${JSON.stringify(record)}\n`);
        }
      },
    };
    return { source, mostHeld: () => mostHeld };
  }

  it("has a checkpoint every 256 KB or 500 lines, at whole lines, with a small memo", async () => {
    const { source } = largeSource(5000, 100);
    let lines = 0;
    for await (const event of codex.read(source)) {
      if (event.type !== "checkpoint") continue;
      expect(event.line - lines).toBeLessThanOrEqual(500);
      expect(JSON.stringify(event.memo).length).toBeLessThan(16 * 1024);
      lines = event.line;
    }
    expect(lines).toBe(5000);
  });

  it("is read in memory that does not grow with it", async () => {
    const { source, mostHeld } = largeSource(60_000, 2000);
    const before = process.memoryUsage();
    let messages = 0;
    for await (const event of codex.read(source)) if (event.type === "message") messages += 1;
    expect(messages).toBeGreaterThanOrEqual(40_000);
    // The file has 90 MB.
    expect(mostHeld() - before.heapUsed - before.arrayBuffers).toBeLessThan(64 * 1024 * 1024);
  });
});
