import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./test/temporary-folder.ts";
import { writeWholeFile } from "./write-whole-file.ts";

async function* pieces(end?: Error): AsyncGenerator<string> {
  yield "first ";
  yield "größte";
  if (end !== undefined) throw end;
}

test("writes all pieces, and answers their bytes", async () => {
  const folder = temporaryFolder();
  expect(await writeWholeFile(join(folder, "a.txt"), pieces())).toBe(14);
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("first größte");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("leaves nothing of a file that could not be finished, and a file that was there as it was", async () => {
  const folder = temporaryFolder();
  const failure = new Error("the store failed");
  await expect(writeWholeFile(join(folder, "a.txt"), pieces(failure))).rejects.toBe(failure);
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(join(folder, "a.txt"), "before");
  await expect(writeWholeFile(join(folder, "a.txt"), pieces(failure))).rejects.toBe(failure);
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("before");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("a full disk is said in words", async () => {
  await expect(writeWholeFile("/dev/full", pieces())).rejects.toMatchObject({
    code: "unavailable",
    reason: "output",
    message: "/dev/full can't be written: the disk is full.",
  });
  expect(existsSync("/dev/full")).toBe(true);
});
