import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonElements } from "./json-elements.ts";
import type { JsonElement, JsonElementsOptions } from "./json-elements.ts";
import { memorySource } from "./test/memory-source.ts";

async function elementsOf(
  text: string,
  options: Partial<JsonElementsOptions> = {},
  chunkBytes = 1000,
): Promise<readonly JsonElement[]> {
  const source = memorySource("x", text, chunkBytes);
  const bytes = source.bytes(options.from?.offset ?? 0);
  return Array.fromAsync(jsonElements(bytes, { key: "list", ...options }));
}

async function textsOf(text: string, options: Partial<JsonElementsOptions> = {}): Promise<readonly string[]> {
  const elements = await elementsOf(text, options);
  return elements.map(({ bytes, problem }) =>
    bytes === undefined ? `problem: ${problem}` : new TextDecoder().decode(bytes),
  );
}

describe("jsonElements", () => {
  it("gives each element its place and its line", async () => {
    const [first, second] = await elementsOf('\uFEFF[\n  {"a": "]}"},\n [1,\n2]\n]');
    expect(first).toMatchObject({ offset: 7, length: 11, line: 2, lines: 1 });
    expect(second).toMatchObject({ offset: 21, length: 6, line: 3, lines: 3 });
  });

  it("finds the list that an object wraps, wherever in it", async () => {
    expect(await textsOf('{"a": [0], "list" : [{"list": [1]}, 2], "b": [3]}')).toEqual([
      '{"list": [1]}',
      "2",
    ]);
    expect(await textsOf('{"list":[]}')).toEqual([]);
  });

  it("gives an object that wraps no list as the only element", async () => {
    for (const text of [
      '{"a": [1], "b": {"list": [2]}}',
      '{"not list": [1]}',
      '{"x":"\\"list\\":","y":[1]}',
      "{}",
    ]) {
      expect(await textsOf(text)).toEqual([text]);
    }
  });

  it("gives values that are no objects, too", async () => {
    expect((await textsOf('["a,]", -1.5 ,null,[],"\\\\"]')).map((text) => text.trim())).toEqual([
      '"a,]"',
      "-1.5",
      "null",
      "[]",
      '"\\\\"',
    ]);
  });

  it("tells a file that ends too early, after what is whole", async () => {
    expect(await textsOf('[{"a":1},{"b":')).toEqual(['{"a":1}', "problem: cut-short"]);
    expect(await textsOf('[{"a":1}')).toEqual(['{"a":1}', "problem: cut-short"]);
    for (const text of ["", "[", '{"list":[', "[1"])
      expect(await textsOf(text)).toEqual(["problem: cut-short"]);
  });

  it("tells a file that is neither list nor object", async () => {
    expect(await textsOf("hello [1]")).toEqual(["problem: no-list"]);
  });

  it("passes over what is too long, and goes on", async () => {
    const text = `[{"a":1},{"b":"${"x".repeat(100)}"},{"c":3}]`;
    expect(await textsOf(text, { limitBytes: 50 })).toEqual(['{"a":1}', "problem: too-long", '{"c":3}']);
  });

  it("gives the same however the bytes are cut, and goes on behind any element", async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom<unknown>('"list":[', "\\", '\\"]}', "🌱"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 6 }),
        fc.constantFrom(undefined, 1, "\t"),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (values, space, isWrapped, chunkBytes) => {
          const text = JSON.stringify(isWrapped ? { before: {}, list: values } : values, undefined, space);
          const elements = await elementsOf(text, {}, chunkBytes);
          const bytes = new TextEncoder().encode(text);
          expect(elements.map((one) => JSON.parse(new TextDecoder().decode(one.bytes)) as unknown)).toEqual(
            JSON.parse(JSON.stringify(values)),
          );
          for (const { offset, length, bytes: held } of elements) {
            expect(held).toEqual(bytes.subarray(offset, offset + length));
          }
          for (const [index, { offset, length, lines }] of elements.entries()) {
            const rest = await elementsOf(text, { from: { offset: offset + length, lines } }, chunkBytes);
            expect(rest).toEqual(elements.slice(index + 1));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("moves on with every element, whatever the bytes", async () => {
    expect(await textsOf("[1},}},2]")).toEqual(["1}", "}", "}", "2"]);
    const token = fc.constantFrom("[", "]", "{", "}", ",", ":", '"', "\\", "1", " ", "\n", '"list"', "é");
    const tokens = fc.array(token, { maxLength: 30 }).map((all) => all.join(""));
    await fc.assert(
      fc.asyncProperty(
        tokens,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (text, isList, chunkBytes) => {
          const given = isList ? `[${text}` : text;
          const size = new TextEncoder().encode(given).length;
          const source = memorySource("x", given, chunkBytes);
          let reached = 0;
          for await (const { offset, length, problem } of jsonElements(source.bytes(0), { key: "list" })) {
            expect(offset).toBeGreaterThanOrEqual(reached);
            // The end of what was cut short may hold nothing.
            expect(length).toBeGreaterThanOrEqual(problem === "cut-short" ? 0 : 1);
            reached = offset + length;
            expect(reached).toBeLessThanOrEqual(size);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
