import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { openPager } from "./open-pager.ts";

const path = process.env.PATH ?? "";

test("writes to the command in PAGER, which may have options", async () => {
  const file = join(temporaryFolder(), "seen");
  const pager = openPager(new PassThrough(), { PATH: path, PAGER: `sed -n 's/^/> /p' > '${file}'` });
  expect(await pager.write("one\ntwo\n")).toBe(true);
  await pager.close();
  expect(readFileSync(file, "utf8")).toBe("> one\n> two\n");
});

test("stops quietly when the reader leaves", async () => {
  const pager = openPager(new PassThrough(), { PATH: path, PAGER: "true" });
  let isRead = true;
  for (let piece = 0; piece < 10_000 && isRead; piece += 1) isRead = await pager.write("x".repeat(10_000));
  expect(isRead).toBe(false);
  await pager.close();
});

test("prints as it is with PAGER=cat, and where there is no less", async () => {
  for (const environment of [{ PATH: path, PAGER: "cat" }, { PATH: temporaryFolder() }]) {
    const output = new PassThrough();
    const pager = openPager(output, environment);
    await pager.write("text");
    await pager.close();
    expect(await text(output.end())).toBe("text");
  }
});

test("a pager that can't be run is an error", async () => {
  const pager = openPager(new PassThrough(), { PATH: path, PAGER: "no-such-pager 2>/dev/null" });
  await pager.write("text");
  await expect(pager.close()).rejects.toMatchObject({ code: "invalid", reason: "pager" });
});
