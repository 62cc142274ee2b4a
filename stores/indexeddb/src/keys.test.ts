import { type KeyValues, compareKeys } from "@throughline/core";
import { expect, test } from "vitest";
import { storedKey } from "./keys.ts";
import { indexedDB } from "fake-indexeddb";

test("[R5] keys are in the contract's order, also where UTF-16 has another one", () => {
  const keys: KeyValues[] = [
    ["\uE000"],
    ["\u{10000}"],
    ["\uFFFF"],
    [""],
    ["a", 2],
    ["a", 10],
    ["a", -1],
    ["a"],
    ["a\u0001"],
    ["é", 1],
  ];
  const stored = (values: KeyValues) => storedKey("t", values);
  const sorted = keys.toSorted((one, other) => indexedDB.cmp(stored(one), stored(other)));
  expect(sorted).toEqual(keys.toSorted(compareKeys));
  expect(indexedDB.cmp("\uE000", "\u{10000}")).toBe(1);
});
