/** Files of lines that grow between imports: what was imported does not depend on when they were read. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImportSource, Importer } from "../importer.ts";
import { importGrowing, lasting } from "./growing-import.ts";
import { applyEvents } from "./import-result.ts";
import { memorySource } from "./memory-source.ts";

export interface GrowingLines {
  readonly importer: Importer;
  readonly names: readonly string[];
  readonly fixture: (name: string) => Uint8Array;
  /** Fixtures of which nothing is given again when nothing was added. */
  readonly finished: readonly string[];
  /** What an importer may find where its memo should be, beside what is no memo at all. */
  readonly damagedMemo: unknown;
  /** How many messages `compaction.jsonl` has. */
  readonly compactionMessages: number;
}

/** Registers the tests of a file that grows. */
export function growLines(given: GrowingLines): void {
  const { importer, names, fixture, finished, damagedMemo, compactionMessages } = given;
  const importWhole = async (name: string) => lasting(await importGrowing(importer, name, fixture(name), []));

  describe("a file that grows", () => {
    it.each(names)("gives the same for %s, wherever the first import ended", async (name) => {
      const bytes = fixture(name);
      const whole = await importWhole(name);
      // Every place in short files; in long ones steps that fall on every place of a line sooner or later.
      const step = Math.ceil(bytes.length / 800);
      for (let size = 0; size <= bytes.length; size += step) {
        const growing = lasting(await importGrowing(importer, name, bytes, [size]));
        assert.deepEqual(growing, whole, `first import of ${size} bytes`);
      }
    });

    it.each(names.filter((name) => name.endsWith("l")))(
      "gives the same for %s, line by line",
      async (name) => {
        const bytes = fixture(name);
        const sizes = Array.from(bytes.entries(), ([at, byte]) => (byte === 0x0a ? at + 1 : 0)).filter(
          Boolean,
        );
        expect(lasting(await importGrowing(importer, name, bytes, sizes))).toEqual(await importWhole(name));
      },
    );

    it("gives the same however often it was imported", async () => {
      const scenario = fc.constantFrom(...names).chain((name) => {
        const bytes = fixture(name);
        const sizes = fc.array(fc.nat(bytes.length), { maxLength: 30 });
        return fc.record({ name: fc.constant(name), bytes: fc.constant(bytes), sizes });
      });
      await fc.assert(
        fc.asyncProperty(scenario, async ({ name, bytes, sizes }) => {
          const sorted = sizes.toSorted((one, other) => one - other);
          const growing = await importGrowing(importer, name, bytes, sorted);
          expect(lasting(growing)).toEqual(await importWhole(name));
        }),
        { numRuns: 150 },
      );
    });

    it.each(finished)("gives nothing of %s again", async (name) => {
      const bytes = fixture(name);
      const first = await importGrowing(importer, name, bytes, []);
      const again = await importGrowing(importer, name, bytes, [bytes.length]);
      expect(again.messages).toEqual(first.messages);
      expect(again.checkpoints.at(-1)).toEqual(first.checkpoints.at(-1));
    });

    it("goes on without a memo that it cannot use", async () => {
      const source = memorySource("x.jsonl", fixture("compaction.jsonl"));
      for (const memo of [undefined, null, 7, "x", {}, { version: 2 }, damagedMemo]) {
        const { messages } = await applyEvents(importer.read(source, { offset: 0, line: 0, memo }));
        expect(messages).toHaveLength(compactionMessages);
      }
    });
  });
}

export interface LongLines {
  readonly importer: Importer;
  /** The record of a line, with a text that so many characters make. */
  readonly recordOf: (index: number, textLength: number) => unknown;
  /** How many messages 60,000 lines are at least. */
  readonly messages: number;
  /** What may be held at most of 60,000 lines with 2,000 characters each. */
  readonly mostHeldBytes: number;
}

/** Registers the tests of a large file. */
export function readLongLines({ importer, recordOf, messages, mostHeldBytes }: LongLines): void {
  /** Lines of a long session, made as they are read. */
  function largeSource(
    lines: number,
    textLength: number,
  ): { readonly source: ImportSource; readonly mostHeld: () => number } {
    let mostHeld = 0;
    const source = {
      path: "large.jsonl",
      size: Number.MAX_SAFE_INTEGER,
      async *bytes() {
        for (let index = 0; index < lines; index += 1) {
          if (index % 1000 === 0) {
            const { heapUsed, arrayBuffers } = process.memoryUsage();
            mostHeld = Math.max(mostHeld, heapUsed + arrayBuffers);
          }
          yield new TextEncoder().encode(`${JSON.stringify(recordOf(index, textLength))}\n`);
        }
      },
    };
    return { source, mostHeld: () => mostHeld };
  }

  describe("a large file", () => {
    it("has a checkpoint every 256 KB or 500 lines, at whole lines, with a small memo", async () => {
      const { source } = largeSource(5000, 100);
      let last = { line: 0, offset: 0 };
      for await (const event of importer.read(source)) {
        if (event.type !== "checkpoint") continue;
        expect(event.line - last.line).toBeLessThanOrEqual(500);
        expect(event.offset - last.offset).toBeLessThanOrEqual(256 * 1024 + 1000);
        expect(JSON.stringify(event.memo).length).toBeLessThan(16 * 1024);
        last = event;
      }
      expect(last.line).toBe(5000);
    });

    it("is read in memory that does not grow with it", async () => {
      const { source, mostHeld } = largeSource(60_000, 2000);
      const before = process.memoryUsage();
      let count = 0;
      for await (const event of importer.read(source)) if (event.type === "message") count += 1;
      expect(count).toBeGreaterThanOrEqual(messages);
      expect(mostHeld() - before.heapUsed - before.arrayBuffers).toBeLessThan(mostHeldBytes);
    });
  });
}
