import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program of a test, in a process of its own, which talks in lines. */
export interface TestProgram {
  /** Sends it a line. */
  readonly send: (line: string) => void;
  /** Ends it at once, whatever it is at; resolves when all that it said was heard. */
  readonly kill: () => Promise<void>;
  /** Resolves when it has ended by itself and without an error, or was killed; rejects with what it said otherwise. */
  readonly ended: Promise<void>;
}

/** Starts a program that `bundleProgram` made. It ends with this process, if it reads its standard input. */
export function startProgram(
  path: string,
  given: readonly string[],
  onLine: (line: string) => void,
): TestProgram {
  const child = spawn(process.execPath, [path, ...given], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let failure = "";
  child.stderr.on("data", (text: Buffer) => {
    failure += text.toString();
  });
  // One that was killed takes no more lines.
  child.stdin.on("error", () => undefined);
  const exited = once(child, "close");
  const lines = createInterface({ input: child.stdout });
  lines.on("line", onLine);
  const read = once(lines, "close");
  const finish = async (): Promise<void> => {
    const [[code, signal]] = (await Promise.all([exited, read])) as [[number | null, string | null], unknown];
    if (code !== 0 && signal !== "SIGKILL") throw new Error(`${path} ended by itself (${code}): ${failure}`);
  };
  const ended = finish();
  ended.catch(() => undefined);
  return {
    send: (line) => void child.stdin.write(`${line}\n`),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    ended,
  };
}
