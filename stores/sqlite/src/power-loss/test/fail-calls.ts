/**
 * A process that carries out one workload again and again, each time with another of its calls failing:
 * `fail-calls.ts <folder> <control> <plan>`, the plan as JSON. It prints what it found, one object a line.
 */
import { mkdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { makeRandom, pick } from "../../test/make-random.ts";
import { type Report, carryOutWorkload } from "./carry-out-workload.ts";
import { checkAfterFaults } from "./check-after-faults.ts";
import { type Fault, FaultControl } from "./fault-control.ts";
import { makeWorkload } from "./workloads.ts";

/** Which calls fail, one run for each. */
export interface FaultPlan extends Pick<Fault, "with" | "kind"> {
  readonly seed: number;
  /** How many calls fail, beginning with the one that is chosen; null: all that follow. */
  readonly length: number | null;
  /** How many calls are chosen, at even distances; all, if there are no more. */
  readonly points: number;
}

export interface FaultedRun {
  /** The first call that failed, and how many of its kind there are in a run without faults. */
  readonly first: number;
  readonly calls: number;
  readonly acknowledged: number;
  readonly failures: number;
  readonly wrong: readonly string[];
}

const [outside = "", controlPath = "", planText = "{}"] = process.argv.slice(2);
const plan = JSON.parse(planText) as FaultPlan;
const steps = makeWorkload("faults", plan.seed);
const control = new FaultControl(controlPath);

const { calls } = await failFrom(Number.MAX_SAFE_INTEGER);
const distance = Math.max(1, calls / plan.points);
const offset = pick(makeRandom(plan.seed), 1, Math.floor(distance));
for (let first = offset; first <= calls; first += distance) {
  const { reports, wrong } = await failFrom(Math.floor(first));
  const failures = reports.filter(({ result }) => result === undefined).length;
  const acknowledged = reports.length - failures;
  const run: FaultedRun = { first: Math.floor(first), calls, acknowledged, failures, wrong };
  writeSync(1, `${JSON.stringify(run)}\n`);
}
control.close();

async function failFrom(first: number): Promise<{ calls: number; reports: Report[]; wrong: string[] }> {
  const folder = join(outside, String(first));
  mkdirSync(folder);
  const reports: Report[] = [];
  control.set({ ...plan, first, last: plan.length === null ? first + 1_000_000 : first + plan.length - 1 });
  await carryOutWorkload({
    folder,
    steps,
    durability: "power-loss",
    report: (report) => reports.push(report),
  });
  const counted = control.end();
  // SQLite takes what can't be read for damage.
  const alsoKnown = plan.kind === "reads" ? ["unavailable/damaged"] : [];
  const wrong = await checkAfterFaults(folder, steps, reports, alsoKnown);
  rmSync(folder, { recursive: true });
  return { calls: counted, reports, wrong };
}
