import { spawnSync } from "node:child_process";
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { isDrainerRunning, takeDrainerLock } from "./drainer-lock.ts";

test("one holds the lock, until it gives it back, is gone, or is silent for long", () => {
  const folder = temporaryFolder();
  const path = join(folder, "recording");
  expect(isDrainerRunning(folder)).toBe(false);
  const lock = takeDrainerLock(folder);
  expect(isDrainerRunning(folder)).toBe(true);
  expect(takeDrainerLock(folder)).toBeUndefined();
  lock?.release();
  expect(isDrainerRunning(folder)).toBe(false);

  const { pid } = spawnSync(process.execPath, ["--eval", "0"]);
  writeFileSync(path, String(pid));
  expect(isDrainerRunning(folder)).toBe(false);
  for (const damaged of ["", "x", "-1", "0"]) {
    writeFileSync(path, damaged);
    expect(isDrainerRunning(folder)).toBe(false);
  }
  // Another program has the number by now.
  writeFileSync(path, String(process.pid));
  for (const otherTime of [new Date(0), new Date(Date.now() + 3_600_000)]) {
    utimesSync(path, otherTime, otherTime);
    expect(isDrainerRunning(folder)).toBe(false);
  }
  const next = takeDrainerLock(folder);
  expect(next).toBeDefined();
  // What another has taken meanwhile is not given back.
  writeFileSync(path, "1");
  next?.release();
  expect(isDrainerRunning(folder)).toBe(true);
});
