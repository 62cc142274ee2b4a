import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleProgram } from "@throughline/test-servers";
import { type Fault, FaultControl } from "./fault-control.ts";
import { inFreshFolder } from "./in-fresh-folder.ts";
import { type Recording, readRecording } from "./recording.ts";
import type { WorkloadName } from "./workloads.ts";

const program = await bundleProgram(join(import.meta.dirname, "workload-process.ts"));

export interface ProcessRun {
  readonly library: string;
  readonly workload: WorkloadName;
  readonly seed: number;
  /** Default: `power-loss`. */
  readonly durability?: "power-loss" | "process-crash";
  /** Calls that fail. Default: none. */
  readonly fault?: Fault;
}

/** What a process left that carried out a workload. */
export interface ProcessEnd {
  /** Its files; gone when `use` is done. */
  readonly folder: string;
  /** What it reported, one JSON text each. */
  readonly reported: readonly string[];
  /** How many calls of the kinds of the fault it made. */
  readonly calls: number;
}

/** Carries out a workload in a process of its own, and answers what it did to the disk. */
export async function recordWorkload(run: ProcessRun): Promise<Recording> {
  return inFreshFolder(async (outside) => {
    const log = join(outside, "log");
    await runProcess(run, outside, { POWER_LOSS_LOG: log });
    return readRecording(log);
  });
}

/** Carries out a workload in a process of its own, and shows what it left. */
export async function useWhatIsLeft<Result>(
  run: ProcessRun,
  use: (end: ProcessEnd) => Promise<Result>,
): Promise<Result> {
  return inFreshFolder(async (outside) => {
    const calls = await runProcess(run, outside, {});
    const folder = join(outside, "disk");
    const reported = readFileSync(join(folder, "acknowledged"), "utf8").split("\n").slice(0, -1);
    return use({ folder, reported, calls });
  });
}

async function runProcess(
  { library, workload, seed, durability = "power-loss", fault }: ProcessRun,
  outside: string,
  settings: Readonly<Record<string, string>>,
): Promise<number> {
  const folder = join(outside, "disk");
  mkdirSync(folder);
  const control = new FaultControl(join(outside, "control"));
  if (fault !== undefined) control.set(fault);
  await runPreloaded(library, { ...settings, POWER_LOSS_FOLDER: folder, POWER_LOSS_CONTROL: control.path }, [
    program,
    folder,
    workload,
    String(seed),
    durability,
  ]);
  const calls = control.end();
  control.close();
  return calls;
}

/** Runs a program with the library before it, until it ends or is killed; answers what it printed. */
export async function runPreloaded(
  library: string,
  settings: Readonly<Record<string, string>>,
  command: readonly string[],
): Promise<string> {
  const child = spawn(process.execPath, command, {
    // Calls that a ring carries are not seen.
    env: { ...process.env, ...settings, LD_PRELOAD: library, UV_USE_IO_URING: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let failure = "";
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    failure += text.toString();
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== 0 && signal !== "SIGKILL")
    throw new Error(`the program ended with ${code ?? signal}: ${failure}`);
  return output;
}
