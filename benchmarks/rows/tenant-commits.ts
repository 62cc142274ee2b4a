import type { Bench, Job, Results } from "../harness/bench.ts";
import { checkCount } from "../harness/check.ts";
import { medianOf, ratioOf, type Pick } from "../harness/compare.ts";
import { formatValue } from "../harness/format.ts";
import { listIn, numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { startServer } from "../harness/start-server.ts";
import { percentile } from "../harness/statistics.ts";
import { writeFor } from "./write-loop.ts";

const row = 20;
const warmUpMs = 300;
const rounds = 2;
const processCounts = [1, 8] as const;
const inFlightCounts = [1, 16] as const;

/** Makes the schema, so that the processes meet over writing and not over its creation. */
const prepare: Task = async ({ open }) => {
  const subject = await open();
  await subject.createSession("first");
  await subject.close();
  return {};
};

/** Appends to a session of its own, with so many appends on their way at a time. */
const measure: Task = async ({ parameters, open, waitForOthers }) => {
  const subject = await open();
  const session = await subject.createSession("own");
  const write = async (durationMs: number) => {
    const start = performance.now();
    const loops = await Promise.all(
      Array.from({ length: numberIn(parameters, "inFlight") }, () =>
        writeFor(durationMs, subject, () => session),
      ),
    );
    return { loops, elapsedMs: performance.now() - start };
  };
  const countOf = (loops: readonly { readonly appended: number }[]) =>
    loops.reduce((sum, { appended }) => sum + appended, 0);
  const warmUp = await write(warmUpMs);
  await waitForOthers();
  const { loops, elapsedMs } = await write(numberIn(parameters, "durationMs"));
  const appended = countOf(loops);
  await checkCount(subject, session, countOf(warmUp.loops) + appended);
  await subject.close();
  return {
    perSecond: (appended / elapsedMs) * 1000,
    errors: [...loops, ...warmUp.loops].reduce((sum, { errors }) => sum + errors, 0),
    durations: loops.flatMap(({ durations }) => durations),
  };
};

const total: Pick = (facts) => facts.reduce((sum, process) => sum + numberIn(process, "perSecond"), 0);
const errors: Pick = (facts) => facts.reduce((sum, process) => sum + numberIn(process, "errors"), 0);
const p99: Pick = (facts) =>
  percentile(
    facts.flatMap((process) => listIn(process, "durations")),
    0.99,
  );

interface Place {
  readonly on: "postgresql" | "mongodb";
  readonly title: string;
  readonly product: string;
  readonly reference: string;
}

const places: readonly Place[] = [
  {
    on: "postgresql",
    title: "PostgreSQL",
    product: "Throughline on PostgreSQL",
    reference: "PostgreSQL by hand",
  },
  { on: "mongodb", title: "MongoDB", product: "Throughline on MongoDB", reference: "MongoDB by hand" },
];

async function run(bench: Bench): Promise<ReportLine[]> {
  const servers = new Map(
    await Promise.all(places.map(async ({ on }) => [on, await startServer(bench, on)] as const)),
  );
  try {
    const jobs: Job[] = [];
    for (const { on } of places) {
      const url = servers.get(on)?.url;
      if (url !== undefined) jobs.push(...(await makeJobs(bench, on, url)));
    }
    const results = await bench.measure(jobs);
    return places.flatMap((place) => {
      const title = servers.get(place.on)?.isStandIn === true ? `${place.title} (stand-in)` : place.title;
      return linesOf(results, { ...place, title });
    });
  } finally {
    for (const server of servers.values()) await server?.stop();
  }
}

const labelOf = (name: string, processes: number, inFlight: number) => `${name} ${processes} × ${inFlight}`;

async function makeJobs(bench: Bench, on: Place["on"], url: string): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const contestant of bench.contestants(undefined, on)) {
    const common = { contestant, place: "shared", settings: { url } };
    if ((await bench.prepare({ ...common, task: "prepare" })) === undefined) continue;
    for (const processes of processCounts) {
      for (const inFlight of inFlightCounts) {
        // By hand there is no order of a whole tenant to keep: it shows what the server does without.
        if (contestant.role === "reference" && inFlight > 1) continue;
        jobs.push({
          ...common,
          label: labelOf(contestant.name, processes, inFlight),
          task: "measure",
          parameters: { inFlight, durationMs: bench.quick ? 700 : 1000 },
          processes,
          rounds: contestant.role === "reference" || bench.quick ? 1 : rounds,
        });
      }
    }
  }
  return jobs;
}

function linesOf(results: Results, { title, product, reference }: Place): ReportLine[] {
  const alone = { label: labelOf(product, 1, 1), value: total };
  return processCounts.flatMap((processes) =>
    inFlightCounts.map((inFlight): ReportLine => {
      const label = labelOf(product, processes, inFlight);
      const byHand = labelOf(reference, processes, inFlight);
      return {
        row,
        measure: `${title}: commits of one tenant, ${processes} ${processes === 1 ? "process" : "processes"}, each ${inFlight === 1 ? "one at a time" : `with ${inFlight} on their way`}`,
        unit: "× of one process, one at a time",
        measured: ratioOf(results, { label, value: total }, alone),
        product: describe(results, label),
        reference: inFlight === 1 ? describe(results, byHand) : "",
        peers: "",
      };
    }),
  );
}

function describe(results: Results, label: string): string {
  const parts = [
    formatValue(medianOf(results, label, total), "commits/s"),
    `p99 ${formatValue(medianOf(results, label, p99), "ms")}`,
  ];
  const failed = medianOf(results, label, errors) ?? 0;
  return [...parts, ...(failed > 0 ? [`${failed} errors`] : [])].join(", ");
}

/** Row 20: how many commits a second one tenant has where several processes write, each to a session of its own. */
export const tenantCommitsRow: Row = {
  number: row,
  title: "Commits of one tenant",
  tasks: { prepare, measure },
  run,
};
