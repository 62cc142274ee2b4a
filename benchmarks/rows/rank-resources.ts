import type { Bench, Job } from "../harness/bench.ts";
import { check } from "../harness/check.ts";
import { medianOf, pick, ratioOf, type Side } from "../harness/compare.ts";
import { formatValue } from "../harness/format.ts";
import { numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";
import { carriedOf } from "./record-context.ts";

const row = 26;
const wanted = 20;
const perRequest = 250;
/** So many are edited again and again: these are the most important. */
const foremost = 40;

const pathAt = (index: number): string => `packages/part-${index % 100}/src/module-${index}.ts`;

/** The numbers of the most important, spread over all. */
function foremostOf(count: number): number[] {
  return Array.from({ length: foremost }, (_, index) => index * (count / foremost));
}

/** So many resources, accessed once; and a few of them edited at last. */
const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const carried = carriedOf(subject);
  const count = numberIn(parameters, "resources");
  const access = (index: number, edited: boolean) => ({ type: "file", path: pathAt(index), edited }) as const;
  let session = "";
  for (let begin = 0; begin < count; begin += perRequest) {
    if (begin % (perRequest * 40) === 0) session = await subject.createSession(`from ${begin} on`);
    const some = Array.from({ length: perRequest }, (_, index) => access(begin + index, false));
    await carried.recordContext(session, some);
  }
  const most = foremostOf(count).map((index) => access(index, true));
  for (let round = 0; round < 5; round += 1) await carried.recordContext(session, most);
  await subject.close();
  return { resources: count };
};

const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const carried = carriedOf(subject);
  const count = numberIn(parameters, "resources");
  const first = new Set(foremostOf(count).map(pathAt));
  const rank = async () => {
    const items = await carried.rankResources(wanted);
    check(items.length === wanted, `${items.length} resources were ranked`);
    const others = items.filter((item) => !first.has(carried.describe(item).name));
    check(others.length === 0, "others are ranked before those that were edited");
  };
  await timeOperations({ count: 5, limitMs: 4000 }, rank);
  const durations = await timeOperations({ count: 20, limitMs: 4000 }, rank);
  await subject.close();
  return { p50: percentile(durations, 0.5), megabytes: process.resourceUsage().maxRSS / 1024 };
};

async function run(bench: Bench): Promise<ReportLine[]> {
  const resources = bench.quick ? 10_000 : 50_000;
  const jobs: Job[] = [];
  for (const contestant of [...bench.contestants("product"), ...bench.contestants("reference")]) {
    const job = { contestant, place: "filled" };
    const parameters = await bench.prepare({ ...job, task: "prepare", parameters: { resources } });
    if (parameters !== undefined) jobs.push({ ...job, label: contestant.name, task: "measure", parameters });
  }
  const results = await bench.measure(jobs);
  const side = (label: string): Side => ({ label, value: pick("p50") });
  const describe = (label: string): string => {
    const [time, memory] = [pick("p50"), pick("megabytes")].map((value) => medianOf(results, label, value));
    return `${formatValue(time, "ms")}, ${formatValue(memory, "MB")}`;
  };
  const [ours, theirs] = [side("Throughline"), side("reference")];
  const what = `the ${wanted} most important of ${resources.toLocaleString("en-US")} resources, p50`;
  const shared = { row, product: describe(ours.label), reference: describe(theirs.label), peers: "" };
  return [
    {
      ...shared,
      measure: what,
      goal: { atMost: 1000 },
      unit: "ms",
      measured: medianOf(results, ours.label, ours.value),
    },
    {
      ...shared,
      measure: `${what}, against reading and sorting them by hand`,
      goal: { atMost: 3 },
      unit: "× by hand",
      measured: ratioOf(results, ours, theirs),
    },
  ];
}

/** Row 26: all resources of a project compared, each for its own reasons. */
export const rankResourcesRow: Row = { number: row, title: "Ranking", tasks: { prepare, measure }, run };
