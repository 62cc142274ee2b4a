import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { bundleProgram } from "@throughline/test-servers";

const main = await bundleProgram(join(import.meta.dirname, "../main.ts"));

export interface Finished {
  /** Null after a signal. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Starts the command as a process of its own, with a home of its own in `folder`, which it also works in. */
export function startCommand(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  output: number | "pipe" = "pipe",
): ChildProcess {
  const env = isolated(folder, environment);
  return spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env,
    stdio: ["pipe", output, "pipe"],
  });
}

/** The environment of such a process: nothing of this one's settings or home. */
export function isolated(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    TZ: "UTC",
    HOME: `${folder}/home`,
    XDG_DATA_HOME: `${folder}/data`,
    // Many short processes run the same sources.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "throughline-compile-cache"),
    ...environment,
  };
}

/** Runs the command to its end. */
export async function runCommand(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = startCommand(folder, args, environment);
  child.stdin?.end();
  return finish(child);
}

/** What a process answers when it ends. */
export async function finish(child: ChildProcess): Promise<Finished> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("The process has no pipes.");
  const closed = once(child, "close") as Promise<[exitCode: number | null]>;
  const [output, errors, [exitCode]] = await Promise.all([text(stdout), text(stderr), closed]);
  return { exitCode, output, errors };
}

/** Runs the command, which must succeed, and reads the JSON that it prints. */
export async function runJson(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const { exitCode, output, errors } = await runCommand(folder, [...args, "--json"], environment);
  if (exitCode !== 0) throw new Error(`${args.join(" ")} ended with ${exitCode}: ${errors}`);
  return JSON.parse(output) as Record<string, unknown>;
}
