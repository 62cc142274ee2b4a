import { existsSync } from "node:fs";
import type { HookArguments } from "./hook-arguments.ts";

/**
 * Starts this program again, to record. With the text of an event it is waited for, because nothing else has the event;
 * otherwise it goes on by itself when this process has ended.
 */
export function startRecording(spool: string, given: HookArguments, text?: string): void {
  // Loaded here, because most hooks find one that runs.
  const { spawn, spawnSync } = process.getBuiltinModule("node:child_process");
  const [, program = ""] = process.argv;
  const words = ["store", "user", "tool"] as const;
  const options = words.flatMap((word) => (given[word] === undefined ? [] : [`--${word}`, given[word]]));
  const command = [...process.execArgv, program, "hook", ...options];
  if (text !== undefined) {
    const stdio = ["pipe", "ignore", "inherit"] as const;
    spawnSync(process.execPath, [...command, "--wait"], {
      input: text,
      stdio: [...stdio],
      windowsHide: true,
    });
    return;
  }
  const child = spawn(process.execPath, [...command, "--drain"], {
    detached: true,
    stdio: "ignore",
    windowsHide: true,
    // It keeps no folder of a workspace busy.
    ...(existsSync(spool) && { cwd: spool }),
  });
  child.on("error", () => undefined);
  child.unref();
}
