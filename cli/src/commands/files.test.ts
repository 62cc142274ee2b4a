import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand, runJson } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { transcript } from "../test/transcript.ts";

const bytes = Buffer.from([0, 255, 10, 0x1f, 0x8b]);
const store = ["--store", "sqlite:one.db"];

test("uploaded files are saved with their bytes, listed, written out and forgotten", async () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) => runJson(folder, [...args, ...store]);
  writeFileSync(join(folder, "logo.png"), bytes);
  const given = ["--name", "files/abc", "--uri", "https://files.example/abc"];
  expect(
    await run("files", "save", "logo.png", ...given, "--id", "logo", "--type", "image/png", "--keep"),
  ).toMatchObject({ file_id: "logo", size: 5, display_name: "logo.png", mime_type: "image/png" });
  // A file with a hole in it: its size takes no room.
  truncateSync(join(folder, "logo.png"), 3 * 1024 ** 3);
  expect(await run("files", "save", "logo.png", ...given, "--expires", "2020-01-31")).toMatchObject({
    size: 3 * 1024 ** 3,
  });
  const { items } = (await run("files")) as { items: object[] };
  expect(items).toMatchObject([{ content_hash: null }, { file_id: "logo" }]);
  const table = await runCommand(folder, ["files", ...store]);
  expect(table.output).toMatch(/logo +\S+ \S+ +never +5 +yes +logo\.png/);
  expect((await runCommand(folder, ["files", "show", "logo", ...store])).output).toContain(
    "display name: logo.png\n",
  );
  expect(await run("files", "content", "logo", "-o", "copy.png")).toMatchObject({
    file: "copy.png",
    bytes: 5,
  });
  expect(readFileSync(join(folder, "copy.png")).equals(bytes)).toBe(true);
  expect(await run("files", "delete-expired")).toEqual({ deleted: 1 });
  expect(await run("files", "delete", "logo")).toEqual({ file_id: "logo", deleted: true });
  for (const [args, exitCode] of [
    [["content", "logo"], 1],
    [["save", "logo.png", ...given, "--keep"], 2],
    [["save", ".", ...given], 2],
    [["save", "missing.png", ...given], 2],
    [["save", "logo.png"], 2],
    [["content", "logo", "--json"], 1],
  ] as const) {
    expect((await runCommand(folder, ["files", ...args, ...store])).exitCode, args.join(" ")).toBe(exitCode);
  }
});

test("a file is kept for a session as it was, and resources are counted by type", async () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) => runJson(folder, [...args, ...store]);
  writeFileSync(join(folder, "one.jsonl"), transcript("one", 1));
  await run("import", "one.jsonl");
  writeFileSync(join(folder, "a.ts"), "let a = 1;\n");
  expect(await run("content", "keep", "@last", "a.ts", "--as", "src/a.ts")).toMatchObject({
    path: "src/a.ts",
    size: 11,
  });
  writeFileSync(join(folder, "a.ts"), "let a = 2;\n");
  expect((await runCommand(folder, ["content", "@last", "src/a.ts", ...store])).output).toBe("let a = 1;\n");
  const sums = await run("resources", "--by-type");
  expect(sums).toMatchObject({
    family: "o200k",
    by_type: { code: { resources: 1, bytes: 11, uncounted: 0 } },
  });
  expect((await runCommand(folder, ["resources", "--by-type", ...store])).output).toMatch(
    /code +1 +11 +\d+ +0\nall/,
  );
  expect((await runCommand(folder, ["resources", "--by-type", "--type", "code", ...store])).exitCode).toBe(2);
  expect(await run("content", "release", "@last", "src/a.ts")).toMatchObject({ released: true });
  expect((await runCommand(folder, ["content", "@last", "src/a.ts", ...store])).exitCode).toBe(1);
});
