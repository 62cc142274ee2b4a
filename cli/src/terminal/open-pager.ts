import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import type { Writable } from "node:stream";
import { ThroughlineError } from "@throughline/core";
import { writeOutput } from "./write-output.ts";

export interface Pager {
  /** Writes on; false when the reader has seen enough. */
  write(text: string): Promise<boolean>;
  /** Ends the text, and waits until the reader is done. */
  close(): Promise<void>;
}

/** Writes text as it is. */
export function plainOutput(output: Writable): Pager {
  return {
    async write(text) {
      await writeOutput(text, output);
      return true;
    },
    close: async () => undefined,
  };
}

/**
 * Shows text in `$PAGER`, or in `less` where there is one, or else as it is.
 *
 * @throws ThroughlineError `invalid` with reason `pager`, at the end, when `$PAGER` can't be run.
 */
export function openPager(output: Writable, environment: NodeJS.ProcessEnv = process.env): Pager {
  const command = environment.PAGER?.trim() || (isInstalled("less", environment) ? "less -R" : "cat");
  return command === "cat" ? plainOutput(output) : runPager(command, environment);
}

/** What the shell answers for a program that isn't there, or can't be run. */
const shellFailures: ReadonlySet<unknown> = new Set([126, 127]);

function runPager(command: string, environment: NodeJS.ProcessEnv): Pager {
  // A pager is a shell command by convention, with options. What fits one screen stays there and needs no key.
  const env = { ...environment, LESS: environment.LESS ?? "FRX" };
  const child = spawn(command, { shell: true, stdio: ["pipe", "inherit", "inherit"], env });
  const ended = once(child, "exit") as Promise<[code: number | null]>;
  const { stdin } = child;
  // A reader who leaves before the end closes the pipe.
  stdin.on("error", () => stdin.destroy());
  // Ctrl-C is the pager's, which goes on.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  return {
    async write(text) {
      if (!stdin.writable) return false;
      if (!stdin.write(text)) await drained(stdin);
      return stdin.writable;
    },
    async close() {
      stdin.end();
      const [code] = await ended;
      process.off("SIGINT", ignore);
      if (!shellFailures.has(code)) return;
      throw new ThroughlineError(
        "invalid",
        `The pager ${command} can't be run: change PAGER, or use --no-pager.`,
        {
          reason: "pager",
        },
      );
    },
  };
}

/** Waits until a stream takes more, or never will. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.once("drain", resolve);
    stream.once("close", resolve);
  });
}

function isInstalled(program: string, environment: NodeJS.ProcessEnv): boolean {
  return (environment.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
