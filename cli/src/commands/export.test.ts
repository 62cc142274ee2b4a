import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gardenStore } from "../test/garden-store.ts";
import { runCommand, runJson } from "../test/run-command.ts";

test("export prints JSON, Markdown and text", async () => {
  const { folder, store, roses } = await gardenStore();
  const [json, markdown, text] = await Promise.all(
    ["json", "markdown", "text"].map(async (format) => {
      const { exitCode, output, errors } = await runCommand(folder, [
        "export",
        roses,
        "--format",
        format,
        "--store",
        store,
      ]);
      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
      return output;
    }),
  );
  expect(JSON.parse(json ?? "")).toMatchObject({
    session_id: roses,
    messages: [{ seq: 1 }, { seq: 2, content: [{ type: "text" }, { tool_call_id: "c1" }] }, { seq: 3 }],
  });
  expect(markdown).toContain(`# Chat Session: ${roses}\n`);
  expect(text).toContain(`Chat Session: ${roses}\n`);
});

test("export -o writes a whole file over another, and says so", async () => {
  const { folder, store, roses } = await gardenStore();
  const file = join(folder, "out.json");
  writeFileSync(file, "before");
  symlinkSync(file, join(folder, "link.json"));
  const { errors } = await runCommand(folder, ["export", roses, "-o", "link.json", "--store", store]);
  expect(errors).toBe("Wrote link.json\n");
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ session_id: roses });
  expect(statSync(join(folder, "link.json")).isFile()).toBe(true);
  const facts = await runJson(folder, [
    "export",
    roses,
    "--format",
    "text",
    "-o",
    "out.txt",
    "--store",
    store,
  ]);
  const bytes = statSync(join(folder, "out.txt")).size;
  expect(facts).toEqual({ session_id: roses, format: "text", file: "out.txt", bytes });
});

test("export into a named pipe does not replace it", async () => {
  const { folder, store, roses } = await gardenStore();
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const [{ exitCode }, text] = await Promise.all([
    runCommand(folder, ["export", roses, "--format", "text", "-o", pipe, "--store", store]),
    readFile(pipe, "utf8"),
  ]);
  expect(exitCode).toBe(0);
  expect(text).toContain("In early spring.");
  expect(statSync(pipe).isFIFO()).toBe(true);
});

test.each([
  ["a folder", "taken", 1, /^throughline: taken can't be written: it is a folder\.\n$/],
  ["a missing folder", "missing/out.json", 1, /can't be written: its folder does not exist\.\n$/],
])("export into %s fails", async (_, file, code, message) => {
  const { folder, store, roses } = await gardenStore();
  mkdirSync(join(folder, "taken"));
  const { exitCode, errors } = await runCommand(folder, ["export", roses, "-o", file, "--store", store]);
  expect(exitCode).toBe(code);
  expect(errors).toMatch(message);
});

test("export --json needs a file for what is no JSON", async () => {
  const { folder, store } = await gardenStore();
  const { exitCode, errors } = await runCommand(folder, [
    "export",
    "@last",
    "--format",
    "text",
    "--json",
    "--store",
    store,
  ]);
  expect(exitCode).toBe(2);
  expect(errors).toContain("--json says what was written, so it needs --output");
  expect(readdirSync(folder).toSorted()).toEqual(["garden.db"]);
});
