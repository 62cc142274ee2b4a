import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the programs that the run has bundled so far. */
    programs: string;
  }
}

/** All projects of a run share the folder. Each loads this module anew, so its path is kept beside them. */
const run = globalThis as { throughlineTestPrograms?: Promise<string> };

/** Gives a run a folder for the programs that its tests start. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  run.throughlineTestPrograms ??= mkdtemp(join(tmpdir(), "throughline-programs-"));
  const folder = await run.throughlineTestPrograms;
  project.provide("programs", folder);
  return () => rm(folder, { recursive: true, force: true });
}
