import { exitCodes } from "../exit-codes.ts";

/**
 * Ends the process when nobody takes its output any more. `throughline … | head` closes the pipe when it has seen
 * enough: that is no failure. A full disk is one.
 */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(exitCodes.success);
      if (stream === process.stdout) {
        process.stderr.write(`throughline: the output can't be written (${error.code ?? error.message}).\n`);
      }
      process.exit(exitCodes.failure);
    });
  }
}
