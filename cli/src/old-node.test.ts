import { spawnSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { commandFile, version } from "./package-facts.ts";
import { isolated } from "./test/run-command.ts";
import { temporaryFolder } from "./test/temporary-folder.ts";

/** Runs the command by a Node that takes itself for an old one, and could not start another of its kind. */
function runByOldNode(folder: string, command: string) {
  const preload = join(folder, "old.cjs");
  writeFileSync(
    preload,
    'Object.defineProperty(process.versions, "node", { value: "20.1.0" }); process.execPath = "/nowhere/node";\n',
  );
  return spawnSync(process.execPath, ["--require", preload, command, "--version"], {
    cwd: folder,
    env: isolated(folder),
    encoding: "utf8",
  });
}

test("in a clone an old Node, from any folder, hands over to the one that the clone brought", () => {
  const { status, stdout, stderr } = runByOldNode(temporaryFolder(), commandFile);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
});

test("where there is no other, it says which Node is needed", () => {
  const folder = temporaryFolder();
  cpSync(dirname(commandFile), join(folder, "bin"), { recursive: true });
  cpSync(join(dirname(commandFile), "../package.json"), join(folder, "package.json"));
  const { status, stdout, stderr } = runByOldNode(folder, join(folder, "bin/throughline.js"));
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^throughline: Node \d+\.\d+ or newer is needed, and this is Node 20\.1\.0\.\n$/);
});
