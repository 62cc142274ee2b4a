import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { bundleProgram } from "@throughline/test-servers";

const program = await bundleProgram(join(import.meta.dirname, "serving-process.ts"));

export interface ServingProcess {
  /** Ends it at once, whatever it is at. */
  kill(): Promise<void>;
}

/** Starts a process that serves an SQLite file on a port; answers when it listens. */
export async function startServing(path: string, port: number): Promise<ServingProcess> {
  const child = spawn(process.execPath, [program, path, String(port)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let failure = "";
  child.stderr.on("data", (text: Buffer) => {
    failure += text.toString();
  });
  const exited = once(child, "exit");
  const first = await Promise.race([once(child.stdout, "data"), exited]);
  if (!String(first[0]).startsWith("ready")) throw new Error(`The server ended by itself: ${failure}`);
  return {
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
