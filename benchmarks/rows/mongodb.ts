import type { Bench, Job } from "../harness/bench.ts";
import type { ReportLine, Row } from "../harness/row.ts";
import { startServer } from "../harness/start-server.ts";
import { storeJobs, storeLines, storeTasks } from "./store-measures.ts";

const row = 19;
const rounds = 3;

async function run(bench: Bench): Promise<ReportLine[]> {
  const server = await startServer(bench, "mongodb");
  try {
    const jobs: Job[] = [];
    for (const contestant of server === undefined ? [] : bench.contestants(undefined, "mongodb")) {
      jobs.push(...(await storeJobs(bench, contestant, { settings: { url: server?.url }, rounds })));
    }
    return storeLines(bench, await bench.measure(jobs), {
      row,
      title: server?.isStandIn === false ? "MongoDB" : "MongoDB (stand-in)",
      product: "Throughline on MongoDB",
      reference: "MongoDB by hand",
      unit: "× by hand",
    });
  } finally {
    await server?.stop();
  }
}

/** Row 19: the store on MongoDB beside two writes by hand. On a stand-in the figures say little of a real server. */
export const mongodbRow: Row = { number: row, title: "MongoDB", tasks: storeTasks, run };
