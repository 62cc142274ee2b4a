import { expect, test } from "vitest";
import { mergePatch } from "./merge-patch.ts";

test.each([
  [{ a: 1 }, { a: 2 }, { a: 2 }],
  [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  [{ a: 1, b: 2 }, { a: null }, { b: 2 }],
  [{ a: [1, 2] }, { a: [null] }, { a: [null] }],
  [{ a: { b: 1, c: 2 } }, { a: { b: null, d: { e: null, f: 3 } } }, { a: { c: 2, d: { f: 3 } } }],
  [{ a: 1 }, { a: { b: null } }, { a: {} }],
  [{ a: 1 }, [1], [1]],
  [{ a: 1 }, null, null],
  [[1], { a: 1 }, { a: 1 }],
  [{}, { a: null }, {}],
])("%j patched with %j is %j", (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result);
});
