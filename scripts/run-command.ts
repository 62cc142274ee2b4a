import { spawnSync } from "node:child_process";
import { repositoryRoot } from "./list-packages.ts";

/** How a command ended, with what it printed. */
export type CommandResult = { succeeded: boolean; output: string };

/**
 * Runs a command to its end and keeps what it prints, in both streams.
 * `folder` is relative to the repository; the commands of node_modules/.bin are on the path of npm scripts.
 */
export function runCommand(command: string, args: string[], folder = "."): CommandResult {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: `${repositoryRoot}/${folder}`,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
  });
  if (error) return { succeeded: false, output: `${command}: ${error.message}` };
  return { succeeded: status === 0, output: `${stdout}${stderr}`.trim() };
}
