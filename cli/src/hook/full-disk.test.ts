import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleProgram } from "@throughline/test-servers";
import { expect, test } from "vitest";
import { isolated } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { spoolFolder, useOf, waitingEvents } from "./test/call-hook.ts";

const main = await bundleProgram(join(import.meta.dirname, "../main.ts"));

/** Calls the program where no file gets larger than so many blocks of 512 bytes, or more: a write takes what there is room for. */
function withRoomFor(blocks: number, folder: string, args: readonly string[], input = "") {
  const command = `ulimit -f ${blocks}; exec "$0" "$@"`;
  return spawnSync("sh", ["-c", command, process.execPath, main, ...args], {
    cwd: folder,
    env: { ...isolated(folder), NODE_DISABLE_COMPILE_CACHE: "1" },
    input,
    encoding: "utf8",
  });
}

test.skipIf(process.platform === "win32")(
  "a full disk leaves settings as they were, and no half event",
  () => {
    const folder = temporaryFolder();
    const settings = `{"model": "${"x".repeat(900)}"}\n`;
    writeFileSync(join(folder, "settings.json"), settings);
    const args = ["hook", "install", "claude-code", "--settings", "settings.json"];
    const { status, stderr } = withRoomFor(2, folder, args);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringMatching(/EFBIG/) as string });
    expect(readFileSync(join(folder, "settings.json"), "utf8")).toBe(settings);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);

    mkdirSync(join(spoolFolder(folder), "events"), { recursive: true });
    const event = JSON.stringify(useOf(folder, "Edit", { file_path: "x".repeat(4_000) }));
    const told = withRoomFor(1, folder, ["hook"], event);
    expect(told).toMatchObject({ status: 0, stdout: "" });
    expect(told.stderr).toContain("can't be kept");
    expect(waitingEvents(folder)).toEqual([]);
  },
);
