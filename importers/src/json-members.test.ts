import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonMembers } from "./json-members.ts";

function membersOf(text: string): readonly (readonly [string, string | undefined])[] {
  const bytes = new TextEncoder().encode(text);
  return Array.from(jsonMembers(bytes, 0), ({ key, start, end }) => [
    key,
    end === undefined ? undefined : new TextDecoder().decode(bytes.subarray(start, end)),
  ]);
}

describe("jsonMembers", () => {
  it("gives the members of an object, with the text of their values", () => {
    expect(membersOf('{ "a" : 1 , "\\u0062":[{}, "]"],"c":{"a":"}"},"d":"\\"" }')).toEqual([
      ["a", "1"],
      ["b", '[{}, "]"]'],
      ["c", '{"a":"}"}'],
      ["d", '"\\""'],
    ]);
  });

  it("gives what is there of an object that is cut off", () => {
    expect(membersOf('{"a":1,"b":{"c":')).toEqual([
      ["a", "1"],
      ["b", undefined],
    ]);
    for (const text of ["", "[]", "{", '{"a', '{"a":', '{"a" 1}', "{,}"]) expect(membersOf(text)).toEqual([]);
  });

  it("finds what a parser finds", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
        fc.constantFrom(undefined, 2),
        (object, space) => {
          const text = JSON.stringify(object, undefined, space);
          const members = membersOf(text);
          expect(members.map(([key, value]) => [key, JSON.parse(value ?? "") as unknown])).toEqual(
            Object.entries(JSON.parse(text) as object),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
