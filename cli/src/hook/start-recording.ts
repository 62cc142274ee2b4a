import { existsSync } from "node:fs";
import type { HookArguments } from "./hook-arguments.ts";

/** Milliseconds that an agent waits for a store, where the event could not be kept. */
const maxWait = 5_000;

/** Starts this program again, to record what waits. It goes on by itself when this process has ended. */
export function startRecording(spool: string, given: HookArguments): void {
  // Loaded here, because most hooks find one that runs.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(process.execPath, [...commandOf(given), "--drain"], {
    detached: true,
    stdio: "ignore",
    windowsHide: true,
    // It keeps no folder of a workspace busy.
    ...(existsSync(spool) && { cwd: spool }),
  });
  child.on("error", () => undefined);
  child.unref();
}

/** Has an event recorded by this program, started again, because nothing else has it. Answers why it could not; else undefined. */
export function recordThrough(given: HookArguments, text: string): string | undefined {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { error } = spawnSync(process.execPath, [...commandOf(given), "--wait"], {
    input: text,
    stdio: ["pipe", "ignore", "inherit"],
    timeout: maxWait,
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  const isLate = error !== undefined && "code" in error && error.code === "ETIMEDOUT";
  return isLate ? `its store did not take it within ${maxWait / 1_000} seconds` : error?.message;
}

function commandOf(given: HookArguments): readonly string[] {
  const [, program = ""] = process.argv;
  const words = ["store", "user", "tool"] as const;
  const options = words.flatMap((word) => (given[word] === undefined ? [] : [`--${word}`, given[word]]));
  return [...process.execArgv, program, "hook", ...options];
}
