/** Files of lines that somebody damaged: whatever they hold, they are read to their end, and every event is valid. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Importer } from "../importer.ts";
import { changeField } from "./change-field.ts";
import { lastOf } from "./valid-events.ts";

export interface FuzzedLines {
  readonly importer: Importer;
  /** The names of the fixtures that are damaged. */
  readonly names: readonly string[];
  readonly fixture: (name: string) => Uint8Array;
  /** What the tool's fields might be mistaken for, beside what any field might hold. */
  readonly values: readonly unknown[];
  /** Fields that records may be given, or that are overwritten. */
  readonly keys: readonly string[];
  /** Further whole files, with what is said of each. */
  readonly files: readonly (readonly [string, string | Uint8Array])[];
  /** Lines with names that are as long as can be. */
  readonly longNames: string;
}

const anyValues: readonly unknown[] = [
  1e308,
  -1,
  2 ** 60,
  2 ** 53 - 1,
  "",
  "\0",
  "\uD800",
  "x".repeat(5000),
  [[]],
  "__proto__",
  "constructor",
  "system",
  "9999-99-99T00:00:00Z",
];

const anyFiles: readonly (readonly [string, string | Uint8Array])[] = [
  ["nothing", ""],
  ["only line endings", "\n\r\n\n"],
  ["a brace and no more", "{\n"],
  ["zeros", new Uint8Array(5000)],
  ["noise", Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7919 + (index >> 3)) % 256)],
];

/** Registers the tests of any file. */
export function fuzzLines(given: FuzzedLines): void {
  const { importer, names, fixture, values, keys, files, longNames } = given;
  const anyName = fc.constantFrom(...names);
  const expectRead = async (bytes: Uint8Array | string): Promise<void> => {
    expect(await lastOf(importer, bytes)).toBe("checkpoint");
  };

  describe("any file", () => {
    it("is read to its end when bytes of it were changed", async () => {
      const change = fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        bytes: fc.uint8Array({ maxLength: 8 }),
      });
      const changes = fc.array(change, { minLength: 1, maxLength: 20 });
      const property = fc.asyncProperty(anyName, changes, async (name, changed) => {
        const bytes = new Uint8Array(fixture(name));
        for (const { at, bytes: put } of changed) {
          bytes.set(put, Math.floor(at * Math.max(0, bytes.length - 8)));
        }
        await expectRead(bytes);
      });
      await fc.assert(property, { numRuns: 300 });
    });

    it("is read to its end when fields hold anything", async () => {
      const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(...anyValues, ...values));
      const key = fc.option(fc.constantFrom("__proto__", "toString", ...keys));
      const changes = fc.array(fc.record({ pick: fc.nat(), value, key }), { minLength: 1, maxLength: 30 });
      const property = fc.asyncProperty(anyName, changes, async (name, changed) => {
        const records = recordsOf(name, fixture(name));
        for (const each of changed) changeField(records, each.pick, each.key, each.value);
        await expectRead(records.map((record) => JSON.stringify(record)).join("\n"));
      });
      await fc.assert(property, { numRuns: 500 });
    });

    it.each([...anyFiles, ...files])("is read to its end when it holds %s", async (_name, bytes) => {
      await expectRead(bytes);
    });

    it("keeps its memo small when every name is as long as can be", async () => {
      await expectRead(longNames);
    });
  });
}

/** The records of a fixture; a whole file of JSON is one record. */
function recordsOf(name: string, bytes: Uint8Array): unknown[] {
  const text = new TextDecoder().decode(bytes);
  return name.endsWith(".json") ? [JSON.parse(text)] : text.split("\n").map(parseLeniently);
}

function parseLeniently(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
