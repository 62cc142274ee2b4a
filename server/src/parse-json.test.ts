import { assert, json, property } from "fast-check";
import { expect, test } from "vitest";
import { JSON_DEPTH } from "./limits.ts";
import { parseJson } from "./parse-json.ts";

const parse = (text: string): unknown => parseJson(new TextEncoder().encode(text));

test("reads what JSON.parse reads", () => {
  assert(
    property(json(), (text) => {
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("brackets inside of strings are no levels", () => {
  const text = `${"[{".repeat(JSON_DEPTH)}"\\`;
  expect(parse(JSON.stringify({ text }))).toEqual({ text });
});

test("refuses one level too many, and no fewer", () => {
  const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  expect(parse(nested(JSON_DEPTH))).toBeInstanceOf(Array);
  expect(() => parse(nested(JSON_DEPTH + 1))).toThrow("levels");
});
