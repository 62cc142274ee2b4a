/**
 * Lets the disk fail, or the process die, at each of its calls in turn, and looks whether the store told the truth. A
 * sample in every run; `POWER_LOSS_FAULTS=all` takes every call, a number that many of each sort. `POWER_LOSS_SEED` repeats
 * the choices of a run that failed. `docs/durability.md` tells the whole of it.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { bundleProgram } from "@throughline/test-servers";
import { afterAll, expect, test } from "vitest";
import { makeRandom, pick } from "../test/make-random.ts";
import { buildRecorder, removeRecorder } from "./test/build-recorder.ts";
import type { Report } from "./test/carry-out-workload.ts";
import { checkAfterFaults } from "./test/check-after-faults.ts";
import { commitSyncs } from "./test/commit-syncs.ts";
import { cutPowerAfterFaults } from "./test/cut-power-after-faults.ts";
import type { FaultPlan, FaultedRun } from "./test/fail-calls.ts";
import { FaultControl } from "./test/fault-control.ts";
import { inFreshFolder } from "./test/in-fresh-folder.ts";
import { recordWorkload, runPreloaded, useWhatIsLeft } from "./test/record-workload.ts";
import { makeWorkload } from "./test/workloads.ts";

afterAll(removeRecorder);

const chosen = process.env["POWER_LOSS_FAULTS"] ?? "20";
const points = chosen === "all" ? 1_000_000 : Number(chosen);
/** A process of its own for each costs more. */
const processes = Math.ceil(points / 4);
const seed = Number(process.env["POWER_LOSS_SEED"] ?? Date.now() % 1_000_000);
const repeat = `POWER_LOSS_SEED=${seed} POWER_LOSS_FAULTS=${chosen} npx vitest run stores/sqlite/src/power-loss`;
const timeout = chosen === "all" ? 3_600_000 : 120_000 + points * 20_000;
const steps = makeWorkload("faults", seed);
const program = await bundleProgram(join(import.meta.dirname, "test/fail-calls.ts"));

const plans: readonly (Omit<FaultPlan, "seed" | "points"> & { readonly title: string })[] = [
  { title: "a write fails", with: "EIO", kind: "writes", length: 1 },
  { title: "a sync fails", with: "EIO", kind: "syncs", length: 1 },
  { title: "ten calls fail", with: "EIO", kind: "changes", length: 10 },
  { title: "syncs fail from then on", with: "EIO", kind: "syncs", length: null },
  { title: "a name can't be made or removed", with: "EIO", kind: "names", length: 1 },
  { title: "reads fail from then on", with: "EIO", kind: "reads", length: null },
  { title: "the disk is full for a while", with: "ENOSPC", kind: "changes", length: 10 },
  { title: "the disk is full from then on", with: "ENOSPC", kind: "changes", length: null },
];

test.for(plans)(
  "[C38] nothing is acknowledged or refused falsely when $title",
  { timeout },
  async ({ title, ...plan }, context) => {
    const { library, missing } = buildRecorder();
    if (library === undefined) return context.skip(missing);
    const runs = await failCalls(library, { ...plan, seed, points });
    const wrong = runs.flatMap((run) =>
      run.wrong.map((finding) => `call ${run.first} of ${run.calls}: ${finding}`),
    );
    expect(wrong, `${title}; repeat with: ${repeat}`).toEqual([]);
    expect(
      runs.some(({ failures }) => failures > 0),
      "no call of the store met a fault",
    ).toBe(true);
  },
);

test(
  "[C1, M5] a process that dies at any of its calls loses nothing that was acknowledged",
  { timeout },
  async (context) => {
    const { library, missing } = buildRecorder();
    if (library === undefined) return context.skip(missing);
    const run = { library, workload: "faults", seed } as const;
    const never = { with: "kill", first: Number.MAX_SAFE_INTEGER } as const;
    const calls = await useWhatIsLeft({ ...run, fault: never }, async (end) => end.calls);
    const distance = Math.max(1, calls / processes);
    let acknowledged = 0;
    for (let first = pick(makeRandom(seed), 1, Math.floor(distance)); first <= calls; first += distance) {
      const fault = { with: "kill", first: Math.floor(first) } as const;
      const wrong = await useWhatIsLeft({ ...run, fault }, async ({ folder, reported }) => {
        acknowledged += reported.length;
        return checkAfterFaults(folder, steps, reported.map(parse));
      });
      expect(wrong, `killed at call ${fault.first} of ${calls}; repeat with: ${repeat}`).toEqual([]);
    }
    expect(acknowledged).toBeGreaterThan(0);
  },
);

test(
  "[M5] what is acknowledged after syncs that failed survives a power cut",
  { timeout },
  async (context) => {
    const { library, missing } = buildRecorder();
    if (library === undefined) return context.skip(missing);
    const run = { library, workload: "faults", seed } as const;
    const random = makeRandom(seed);
    const faults = commitSyncs(await recordWorkload(run)).flatMap((first) =>
      [0, 1, 2].map((more) => ({ with: "EIO", kind: "syncs", first, last: first + more }) as const),
    );
    while (faults.length > processes) faults.splice(pick(random, 0, faults.length - 1), 1);
    for (const fault of faults) {
      const wrong = await cutPowerAfterFaults(await recordWorkload({ ...run, fault }), steps, random);
      expect(wrong, `syncs ${fault.first} to ${fault.last} failed; repeat with: ${repeat}`).toEqual([]);
    }
  },
);

async function failCalls(library: string, plan: FaultPlan): Promise<FaultedRun[]> {
  return inFreshFolder(async (outside) => {
    const folder = join(outside, "disk");
    mkdirSync(folder);
    const control = new FaultControl(join(outside, "control"));
    const settings = { POWER_LOSS_FOLDER: folder, POWER_LOSS_CONTROL: control.path };
    const output = await runPreloaded(library, settings, [
      program,
      folder,
      control.path,
      JSON.stringify(plan),
    ]);
    control.close();
    return output
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as FaultedRun);
  });
}

function parse(line: string): Report {
  return JSON.parse(line) as Report;
}
