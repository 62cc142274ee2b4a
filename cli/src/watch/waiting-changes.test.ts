import { expect, test } from "vitest";
import { WaitingChanges } from "./waiting-changes.ts";

test("of each path the last change waits, and nothing of what came and went", () => {
  const waiting = new WaitingChanges(10);
  waiting.add("change", "a", 1);
  waiting.add("change", "a", 2);
  waiting.add("add", "new", 3);
  waiting.add("change", "new", 4);
  waiting.add("unlink", "new", 5);
  waiting.add("unlink", "gone", 6);
  waiting.add("add", "gone", 7);
  waiting.add("unlink", "gone", 8);
  const { changes, ...rest } = waiting.take();
  expect(changes).toMatchObject([
    { path: "a", at: 2 },
    { path: "gone", at: 8 },
  ]);
  expect(rest).toEqual({ seen: 8, hasOverflown: false, since: 1 });
  expect(waiting.take()).toMatchObject({ changes: [], seen: 0 });
});

test("no more paths wait than may, and it tells that some did not fit", () => {
  const waiting = new WaitingChanges(2);
  for (const path of ["a", "b", "c", "a"]) waiting.add("change", path, 1);
  expect(waiting.size).toBe(2);
  const { changes, hasOverflown } = waiting.take();
  expect(hasOverflown).toBe(true);
  waiting.add("change", "b", 9);
  waiting.putBack(changes);
  expect(waiting.take().changes).toMatchObject([
    { path: "b", at: 9 },
    { path: "a", at: 1 },
  ]);
});
