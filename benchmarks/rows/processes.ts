import type { Bench, Job, Results } from "../harness/bench.ts";
import { checkCount } from "../harness/check.ts";
import { largestOf, medianOf, ratioOf, type Pick } from "../harness/compare.ts";
import { formatPeers, formatValue } from "../harness/format.ts";
import { listIn, numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { writeFor } from "./write-loop.ts";

const row = 3;
const processCounts = [1, 4, 8] as const;
const warmUpMs = 200;

/** Makes the file, so that the processes meet over writing and not over its creation. */
const prepare: Task = async ({ open }) => {
  const subject = await open();
  await subject.createSession("first");
  await subject.close();
  return {};
};

/** Appends to a session of its own, from the moment when all processes are ready. */
const measure: Task = async ({ parameters, open, waitForOthers }) => {
  const subject = await open();
  const session = await subject.createSession("own");
  const warmUp = await writeFor(warmUpMs, subject, () => session);
  await waitForOthers();
  const { appended, errors, durations, elapsedMs } = await writeFor(
    numberIn(parameters, "durationMs"),
    subject,
    () => session,
  );
  await checkCount(subject, session, warmUp.appended + appended);
  await subject.close();
  return { perSecond: (appended / elapsedMs) * 1000, errors: errors + warmUp.errors, durations };
};

const total: Pick = (facts) => facts.reduce((sum, process) => sum + numberIn(process, "perSecond"), 0);
const errors: Pick = (facts) => facts.reduce((sum, process) => sum + numberIn(process, "errors"), 0);
const p99: Pick = (facts) =>
  percentile(
    facts.flatMap((process) => listIn(process, "durations")),
    0.99,
  );
const longest: Pick = (facts) =>
  percentile(
    facts.flatMap((process) => listIn(process, "durations")),
    1,
  );
const fairness: Pick = (facts) => {
  const rates = facts.map((process) => numberIn(process, "perSecond"));
  return Math.min(...rates) / Math.max(...rates);
};

const labelOf = (name: string, processes: number) => `${name} with ${processes}`;

async function run(bench: Bench): Promise<ReportLine[]> {
  const jobs: Job[] = [];
  for (const contestant of bench.contestants().filter(({ sharesFile }) => sharesFile)) {
    const prepared = await bench.prepare({ contestant, task: "prepare", place: "shared" });
    if (prepared === undefined) continue;
    for (const processes of processCounts) {
      const parameters = { durationMs: bench.quick ? 1000 : 2000 };
      const label = labelOf(contestant.name, processes);
      const job: Job = { label, contestant, task: "measure", place: "shared", parameters, processes };
      // The goals are stated against the product's own single process: the others stand beside for information.
      jobs.push(contestant.role === "product" ? job : { ...job, rounds: bench.quick ? 1 : 3 });
    }
  }
  const results = await bench.measure(jobs);
  return [...linesFor(bench, results, 4, 0.7), ...linesFor(bench, results, 8, 0.6)];
}

function linesFor(bench: Bench, results: Results, processes: number, leastTotal: number): ReportLine[] {
  const label = (name: string) => labelOf(name, processes);
  const line = (what: string, value: Pick, unit: string): Omit<ReportLine, "goal" | "unit" | "measured"> => ({
    row,
    measure: `${processes} processes on one file, FULL: ${what}`,
    product: formatValue(medianOf(results, label("Throughline"), value), unit),
    reference: formatValue(medianOf(results, label("reference"), value), unit),
    peers: formatPeers(bench, results, label, value, unit),
  });
  const middle = (value: Pick) => medianOf(results, label("Throughline"), value);
  const worst = largestOf(results, label("Throughline"), longest);
  const maximum = line("maximum", longest, "ms");
  return [
    {
      ...line("total", total, "messages/s"),
      goal: { atLeast: leastTotal },
      unit: "× of one process",
      measured: ratioOf(
        results,
        { label: label("Throughline"), value: total },
        { label: labelOf("Throughline", 1), value: total },
      ),
    },
    { ...line("p99", p99, "ms"), goal: { atMost: 50 }, unit: "ms", measured: middle(p99) },
    {
      ...maximum,
      product: `${maximum.product}, worst round ${formatValue(worst, "ms")}`,
      goal: { atMost: 250 },
      unit: "ms",
      measured: middle(longest),
    },
    {
      ...line("slowest against fastest", fairness, "×"),
      goal: { atLeast: 0.5 },
      unit: "× the fastest",
      measured: middle(fairness),
    },
    {
      ...line("errors that reached a caller", errors, ""),
      goal: { atMost: 0 },
      unit: "in the worst round",
      measured: largestOf(results, label("Throughline"), errors),
    },
  ];
}

/** Row 3: several processes share one file without starving one another. The reference uses SQLite's own wait. */
export const processesRow: Row = {
  number: row,
  title: "Several processes on one file",
  tasks: { prepare, measure },
  run,
};
