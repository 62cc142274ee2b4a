import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { gardenStore } from "./test/garden-store.ts";
import { isolated } from "./test/run-command.ts";

/** Root may write everything, so these processes are somebody else's. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const main = fileURLToPath(new URL("main.ts", import.meta.url));

function run(folder: string, args: readonly string[]) {
  const program = ["--conditions=throughline-source", main, ...args];
  return spawnSync(process.execPath, program, {
    ...user,
    cwd: folder,
    env: isolated(folder),
    encoding: "utf8",
  });
}

const canRun = run("/", ["--version"]).status === 0;

test.runIf(canRun)("a file that can't be written can be read; what would change it is refused", async () => {
  const { folder, store, roses, snails } = await gardenStore();
  chmodSync(`${folder}/garden.db`, 0o444);
  chmodSync(folder, 0o777);
  const list = run(folder, ["sessions", "--json", "--store", store]);
  expect(list).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(list.stdout)).toMatchObject({ items: [{ session_id: snails }, { session_id: roses }] });
  expect(run(folder, ["search", "prune", "--store", store]).stdout).toContain("When do I prune the roses?");
  for (const args of [
    ["delete", roses],
    ["import", "."],
  ]) {
    const { status, stdout, stderr } = run(folder, [...args, "--store", store]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^throughline: .*garden\.db can't be written.*\n$/);
  }
});
