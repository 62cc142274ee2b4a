import * as fc from "fast-check";
import { expect, test } from "vitest";
import { recordBytes } from "./batch-size.ts";

test("[C41] text counts as many bytes as it has in UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(recordBytes({ text })).toBe(new TextEncoder().encode(text).length);
    }),
  );
});

test("[C41] bytes count themselves, and all else eight", () => {
  expect(recordBytes({ bytes: new Uint8Array(5), number: 1, flag: true, nothing: null, text: "é" })).toBe(31);
});
