import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { bundleProgram } from "@throughline/test-servers";
import type { Acknowledged } from "./acknowledged.ts";

const program = await bundleProgram(join(import.meta.dirname, "crash-writer.ts"));

export interface WriterRun {
  readonly writer: string;
  readonly seed: number;
  readonly durability: "power-loss" | "process-crash";
  /** When it is killed: so long after its first acknowledgement, or after its start. */
  readonly killAfterMs: number;
  readonly killFrom: "start" | "first-acknowledgement";
}

/** Starts a writer on a file, kills it, and answers what it acknowledged. */
export async function runWriter(path: string, run: WriterRun): Promise<Acknowledged[]> {
  const { writer, seed, durability, killAfterMs, killFrom } = run;
  const child = spawn(process.execPath, [program, path, writer, String(seed), durability], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let failure = "";
  child.stderr.on("data", (text: Buffer) => {
    failure += text.toString();
  });
  const acknowledged: Acknowledged[] = [];
  let timer: NodeJS.Timeout | undefined;
  const killLater = (): void => {
    timer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  };
  if (killFrom === "start") killLater();
  for await (const line of createInterface({ input: child.stdout })) {
    killLater();
    // The last line may be torn: then nobody was told.
    if (line.endsWith("}")) acknowledged.push(JSON.parse(line) as Acknowledged);
  }
  const [code, signal] = (await exited) as [number | null, string | null];
  clearTimeout(timer);
  if (signal !== "SIGKILL")
    throw new Error(`the writer ${writer} ended by itself (${String(code)}): ${failure}`);
  return acknowledged;
}
