import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildQuickStart } from "./build-quick-start.ts";
import { repositoryRoot } from "./list-packages.ts";

test("a hook loads one small file and two modules of Node, and keeps the event", async () => {
  const folder = mkdtempSync(join(tmpdir(), "throughline-quick-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const target = join(folder, "quick-start.cjs");
  const { metafile } = await buildQuickStart(join(repositoryRoot, "cli/src/hook/quick-start.ts"), target);
  const [output] = Object.values(metafile.outputs);
  expect(output?.bytes).toBeLessThan(16_000);
  const imported = new Set(output?.imports.map(({ path }) => path));
  expect(imported).toEqual(new Set(["node:fs", "node:os"]));
  const event = { session_id: "s", hook_event_name: "SessionStart" };
  // Nobody records: what would be started is no program.
  const { status, stdout, stderr } = spawnSync(process.execPath, [target, "hook"], {
    input: JSON.stringify(event),
    env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder },
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(readdirSync(join(folder, "throughline", "spool", "events"))).toHaveLength(1);
});
