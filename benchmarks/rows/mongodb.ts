import type { Bench, Job } from "../harness/bench.ts";
import type { ReportLine, Row } from "../harness/row.ts";
import { startServer } from "../harness/start-server.ts";
import { fullSizes, storeJobs, storeLines, storeTasks, type StoreSizes } from "./store-measures.ts";

const row = 19;
const rounds = 3;
/** The stand-in goes through a whole collection where MongoDB uses an index: more would measure only that. */
const standInSizes: StoreSizes = { largest: 2000, long: 2000, others: 10 };

async function run(bench: Bench): Promise<ReportLine[]> {
  const server = await startServer(bench, "mongodb");
  const isStandIn = server?.isStandIn ?? true;
  const sizes = isStandIn ? standInSizes : fullSizes(bench);
  try {
    const jobs: Job[] = [];
    for (const contestant of server === undefined ? [] : bench.contestants(undefined, "mongodb")) {
      const common = { settings: { url: server?.url }, rounds: isStandIn || bench.quick ? 1 : rounds };
      jobs.push(...(await storeJobs(bench, contestant, sizes, common)));
    }
    const pair = {
      row,
      title: isStandIn ? "MongoDB (stand-in)" : "MongoDB",
      product: "Throughline on MongoDB",
      reference: "MongoDB by hand",
      unit: "× by hand",
    };
    return storeLines(await bench.measure(jobs), pair, sizes);
  } finally {
    await server?.stop();
  }
}

/** Row 19: the store on MongoDB beside two writes by hand. On a stand-in the figures say little of a real server. */
export const mongodbRow: Row = { number: row, title: "MongoDB", tasks: storeTasks, run };
