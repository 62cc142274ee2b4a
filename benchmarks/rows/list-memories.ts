import type { Bench, Job } from "../harness/bench.ts";
import type { CarriedPage, CarriedSubject } from "../harness/carried.ts";
import { check } from "../harness/check.ts";
import { medianOf, pick, ratioOf, type Side } from "../harness/compare.ts";
import { formatValue } from "../harness/format.ts";
import { textAt } from "../harness/make-messages.ts";
import { numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";
import { carriedOf } from "./record-context.ts";

const row = 24;
const wanted = 20;
const largestPage = 1000;
const together = 200;
const valueLength = 200;
/** How many memories have the word that is looked for, spread over all. */
const rare = 20;
const word = "zyxophon";

const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const carried = carriedOf(subject);
  const count = numberIn(parameters, "memories");
  const every = count / rare;
  for (let begin = 0; begin < count; begin += together) {
    const numbers = Array.from({ length: together }, (_, index) => begin + index);
    await Promise.all(
      numbers.map((number) => {
        const text = textAt(number).slice(0, valueLength);
        return carried.saveMemory({
          key: `fact ${number}`,
          value: number % every === every / 2 ? `${text} ${word}` : text,
        });
      }),
    );
  }
  await subject.close();
  return { memories: count };
};

/** The first page, which counts as reading what is on it; all pages; and all that have a word. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const carried = carriedOf(subject);
  const memories = numberIn(parameters, "memories");
  const first = async () => {
    const { items } = await carried.listMemories({ limit: wanted });
    check(items.length === wanted, `${items.length} memories listed`);
  };
  await timeOperations({ count: 200, limitMs: 1000 }, first);
  const durations = await timeOperations({ count: 400, limitMs: 2000 }, first);
  const wholeMs = await timeWalk(carried, memories, { limit: largestPage });
  const textMs = await timeWalk(carried, rare, { limit: wanted, text: word });
  await subject.close();
  return { first: percentile(durations, 0.5), whole: wholeMs, text: textMs };
};

/** How long it takes to read all pages of a list. */
async function timeWalk(
  carried: CarriedSubject,
  expected: number,
  query: { readonly limit: number; readonly text?: string },
): Promise<number> {
  const names = new Set<string>();
  const before = performance.now();
  let page: CarriedPage = { items: [] };
  do {
    page = await carried.listMemories({ ...query, next: page.next });
    for (const item of page.items) names.add(carried.describe(item).name);
  } while (page.next !== undefined && names.size < expected);
  const elapsed = performance.now() - before;
  check(names.size === expected, `${names.size} memories were listed, expected ${expected}`);
  return elapsed;
}

async function run(bench: Bench): Promise<ReportLine[]> {
  const memories = bench.quick ? 20_000 : 100_000;
  const jobs: Job[] = [];
  for (const contestant of [...bench.contestants("product"), ...bench.contestants("reference")]) {
    const job = { contestant, place: "filled" };
    const parameters = await bench.prepare({ ...job, task: "prepare", parameters: { memories } });
    if (parameters !== undefined) jobs.push({ ...job, label: contestant.name, task: "measure", parameters });
  }
  const results = await bench.measure(jobs);
  const side = (label: string, fact: string): Side => ({ label, value: pick(fact) });
  const time = (label: string, fact: string) => formatValue(medianOf(results, label, pick(fact)), "ms");
  const line = (title: string, fact: string, atMost: number): ReportLine => ({
    row,
    measure: title,
    goal: { atMost },
    unit: "× by hand",
    measured: ratioOf(results, side("Throughline", fact), side("reference", fact)),
    product: time("Throughline", fact),
    reference: time("reference", fact),
    peers: "",
  });
  const number = memories.toLocaleString("en-US");
  const pages = largestPage.toLocaleString("en-US");
  return [
    line(
      `list ${wanted} of ${number} memories, accessed last first, each counted as read, p50`,
      "first",
      2.5,
    ),
    line(`all ${number} memories by pages of ${pages}, each counted as read`, "whole", 2.5),
    line(`the ${rare} of ${number} memories that have a word, by all pages`, "text", 2.5),
  ];
}

/** Row 24: memories that were accessed last. */
export const listMemoriesRow: Row = { number: row, title: "List memories", tasks: { prepare, measure }, run };
