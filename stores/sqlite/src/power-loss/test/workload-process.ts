/**
 * A process that carries out a workload: `workload-process.ts <folder> <workload> <seed> <durability>`. What it reports are
 * lines of JSON in the file `acknowledged`: the library records them among the writes, so that their order is known.
 */
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { carryOutWorkload } from "./carry-out-workload.ts";
import { type WorkloadName, makeWorkload } from "./workloads.ts";

const [folder = "", workload = "appends", seed = "0", durability = ""] = process.argv.slice(2);
const acknowledged = openSync(join(folder, "acknowledged"), "a");

await carryOutWorkload({
  folder,
  steps: makeWorkload(workload as WorkloadName, Number(seed)),
  durability: durability === "power-loss" ? "power-loss" : "process-crash",
  report: (report) => writeSync(acknowledged, `${JSON.stringify(report)}\n`),
});
