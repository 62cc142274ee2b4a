import { expect, test } from "vitest";
import { appendGroups } from "./append-groups.ts";

async function sizesOf(lengths: readonly number[]): Promise<readonly number[]> {
  const messages = lengths.map((length) => ({ content: "x".repeat(length), metadata: {} }));
  return (await Array.fromAsync(appendGroups(messages))).map((group) => group.length);
}

test("groups hold at most 500 messages and about 8 MiB, and every message is in one", async () => {
  expect(await sizesOf([])).toEqual([]);
  expect(await sizesOf(Array.from({ length: 1_001 }, () => 10))).toEqual([500, 500, 1]);
  expect(await sizesOf(Array.from({ length: 5 }, () => 3_000_000))).toEqual([2, 2, 1]);
  expect(await sizesOf([10, 12_000_000, 12_000_000, 10, 10])).toEqual([1, 1, 1, 2]);
});
