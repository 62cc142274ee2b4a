import type { Bench, Job, Results } from "../harness/bench.ts";
import { medianOf, pick, ratioOf, type Pick as Value } from "../harness/compare.ts";
import type { Contestant } from "../harness/contestant.ts";
import { formatValue } from "../harness/format.ts";
import { textIn, type Goal, type ReportLine, type Task } from "../harness/row.ts";
import { appendTasks } from "./append.ts";
import { lastMessagesTasks } from "./last-messages.ts";
import { writersTasks } from "./writers.ts";

/** What rows 1, 2 and 4 time on a file, for the stores of other rows. */
export const storeTasks: Readonly<Record<string, Task>> = {
  prepareAppend: appendTasks.prepare,
  append: appendTasks.measure,
  prepareLast: lastMessagesTasks.prepare,
  last: lastMessagesTasks.measure,
  writers: writersTasks.measure,
};

/** How much a store is filled with, in messages and in small sessions beside the large ones. */
export interface StoreSizes {
  /** The session that appends are compared at with one of 10. */
  readonly largest: number;
  /** The session that the last 50 are read of and compared with one of 100. */
  readonly long: number;
  readonly others: number;
}

/** What all stores are filled with that keep up with it; in a quick run less. */
export function fullSizes(bench: Bench): StoreSizes {
  return bench.quick
    ? { largest: 20_000, long: 10_000, others: 50 }
    : { largest: 100_000, long: 10_000, others: 200 };
}

/** Fills a contestant's store, and makes the jobs that time it: their labels are its name and what is timed. */
export async function storeJobs(
  bench: Bench,
  contestant: Contestant,
  sizes: StoreSizes,
  { settings, rounds }: Pick<Job, "settings" | "rounds"> = {},
): Promise<Job[]> {
  const { name } = contestant;
  const place = "filled";
  const common = { contestant, place, settings, rounds };
  const jobs: Job[] = [];
  const parameters = { messages: sizes.largest, others: sizes.others };
  const large = await bench.prepare({ ...common, task: "prepareAppend", parameters });
  if (large !== undefined) {
    const session = textIn(large, "session");
    jobs.push({
      ...common,
      label: `${name} append`,
      task: "append",
      parameters: { session, operation: 0, blocks: 8 },
    });
  }
  const long = { long: sizes.long };
  const read = await bench.prepare({ ...common, task: "prepareLast", parameters: long });
  if (read !== undefined) jobs.push({ ...common, label: `${name} last`, task: "last", parameters: read });
  jobs.push({
    ...common,
    label: writersLabel(name),
    task: "writers",
    place: "own",
    settings: { ...settings, grouped: true },
    parameters: { sessions: 16, durationMs: bench.quick ? 700 : 1200 },
  });
  return jobs;
}

/** The label of 16 writers who may go together. */
export const writersLabel = (name: string): string => `${name} 16 writers`;

/** A store of the product, and what it is compared with; a measure without a goal is for information. */
export interface StorePair {
  readonly row: number;
  /** What the names of its measures begin with. */
  readonly title: string;
  readonly product: string;
  readonly reference: string;
  /** What the reference is called in ratios. */
  readonly unit: string;
  readonly goals?: Readonly<Partial<Record<"append" | "growth" | "last" | "writers", Goal>>>;
}

/** The lines about what `storeJobs` timed. */
export function storeLines(results: Results, pair: StorePair, sizes: StoreSizes): ReportLine[] {
  const { goals = {} } = pair;
  const largest = sizes.largest.toLocaleString("en-US");
  const last = `last 50 of ${sizes.long.toLocaleString("en-US")}`;
  const appends = { job: "append", unit: "ms", goal: goals.append };
  const at10 = pick("p50At10");
  const atLargest = pick("p50At100000");
  const reads = { job: "last", unit: "ms", goal: goals.last };
  return [
    lineOf(results, pair, { ...appends, measure: "append at 10, p50", value: at10 }),
    lineOf(results, pair, { ...appends, measure: `append at ${largest}, p50`, value: atLargest }),
    growthLine(results, pair, {
      measure: `append at ${largest} against 10, p50`,
      job: "append",
      value: atLargest,
      below: at10,
      unit: "× of 10",
    }),
    lineOf(results, pair, { ...reads, measure: `${last}, p50`, value: pick("longP50") }),
    growthLine(results, pair, {
      measure: `${last} against last 50 of 100, p50`,
      job: "last",
      value: pick("longP50"),
      below: pick("shortP50"),
      unit: "× of 100",
    }),
    lineOf(results, pair, {
      measure: "16 writers, own sessions",
      job: "16 writers",
      value: pick("perSecond"),
      unit: "messages/s",
      goal: goals.writers,
    }),
  ];
}

/** One thing measured of both sides. */
export interface Measured {
  readonly measure: string;
  /** What follows the contestant's name in the job's label. */
  readonly job: string;
  readonly value: Value;
  readonly unit: string;
  readonly goal?: Goal | undefined;
}

/** A line about the product against its reference. */
export function lineOf(results: Results, pair: StorePair, measured: Measured): ReportLine {
  const { measure, job, value, unit, goal } = measured;
  const product = `${pair.product} ${job}`;
  const reference = `${pair.reference} ${job}`;
  return {
    row: pair.row,
    measure: `${pair.title}: ${measure}`,
    ...(goal === undefined ? {} : { goal }),
    unit: pair.unit,
    measured: ratioOf(results, { label: product, value }, { label: reference, value }),
    product: formatValue(medianOf(results, product, value), unit),
    reference: formatValue(medianOf(results, reference, value), unit),
    peers: "",
  };
}

/** A line about how much each side's value grows with the session. */
function growthLine(
  results: Results,
  { row, title, product, reference, goals }: StorePair,
  { measure, job, value, below, unit }: Measured & { readonly below: Value },
): ReportLine {
  const growth = (name: string) => {
    const label = `${name} ${job}`;
    return ratioOf(results, { label, value }, { label, value: below });
  };
  const measured = growth(product);
  return {
    row,
    measure: `${title}: ${measure}`,
    ...(goals?.growth === undefined ? {} : { goal: goals.growth }),
    unit,
    measured,
    product: formatValue(measured, "×"),
    reference: formatValue(growth(reference), "×"),
    peers: "",
  };
}
