import { spawn } from "node:child_process";

/** How a command is run. */
export interface CommandOptions {
  readonly directory: string;
  readonly limitMs: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a command that ended with 0 wrote to standard output, and how long it took from start to end. */
export interface CommandResult {
  readonly output: string;
  readonly elapsedMs: number;
}

/** Runs a command to its end. Fails with its last words when it does not end with 0 within the limit. */
export function runCommand(
  command: string,
  parts: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, parts, {
      cwd: options.directory,
      env: { ...process.env, NODE_OPTIONS: "", ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.limitMs,
      killSignal: "SIGKILL",
    });
    let output = "";
    let errorOutput = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errorOutput = (errorOutput + chunk.toString()).slice(-2000);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const elapsedMs = performance.now() - start;
      if (code === 0) resolve({ output, elapsedMs });
      else
        reject(
          new Error(
            `${command} ${parts[0] ?? ""} ended with ${signal ?? code}: ${describeOutput(errorOutput || output)}`,
          ),
        );
    });
  });
}

/** The line that names an error, else the last one. */
function describeOutput(text: string): string {
  const lines = text.trim().split("\n");
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "";
}
