import type { Bench, Job } from "../harness/bench.ts";
import type { CarriedPage, CarriedSubject } from "../harness/carried.ts";
import { check } from "../harness/check.ts";
import { medianOf, pick, ratioOf, type Side } from "../harness/compare.ts";
import { formatValue } from "../harness/format.ts";
import { numberIn, textIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";
import { carriedOf } from "./record-context.ts";

const row = 23;
const wanted = 50;
const largestPage = 1000;
const perRequest = 300;
const files = 2000;
/** From where pages are read on; the end is the last quarter. */
const places = ["beginning", "middle", "end"] as const;
const blocks = 10;

const pathAt = (index: number): string => `src/services/part-${index % files}/main.ts`;

/** One session with so many accesses, and a short one to see that it is warm. */
const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash", packs: numberIn(parameters, "packs") === 1 });
  const carried = carriedOf(subject);
  const count = numberIn(parameters, "accesses");
  const session = await subject.createSession("long");
  for (let begin = 0; begin < count; begin += perRequest) {
    const length = Math.min(perRequest, count - begin);
    const records = Array.from({ length }, (_, index) => {
      const number = begin + index;
      return { type: "file", path: pathAt(number), edited: number % 4 === 0 } as const;
    });
    await carried.recordContext(session, records);
  }
  await subject.close();
  return { session, accesses: count };
};

/** Pages of 50, one after another, from three places of the walk on in turn; and the whole walk. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const carried = carriedOf(subject);
  const session = textIn(parameters, "session");
  const accesses = numberIn(parameters, "accesses");
  const starts = await walk(carried, session, accesses);
  const durations = new Map<string, number[]>(places.map((place) => [place, []]));
  // Each page is another one: what was read before must not make it quicker.
  const reached = new Map(starts);
  // The first two blocks are for warming up.
  for (let block = -2; block < blocks; block += 1) {
    for (const place of places) {
      const read = async () => {
        const { next } = await carried.listFiles(session, { limit: wanted, next: reached.get(place) });
        reached.set(place, next ?? starts.get(place));
      };
      const times = await timeOperations({ count: 40, limitMs: 150 }, read);
      if (block >= 0) durations.get(place)?.push(...times);
    }
  }
  const before = performance.now();
  await walk(carried, session, accesses);
  const wholeMs = performance.now() - before;
  await subject.close();
  const p50Of = (place: string) => percentile(durations.get(place) ?? [], 0.5);
  return {
    beginning: p50Of("beginning"),
    middle: p50Of("middle"),
    end: p50Of("end"),
    whole: wholeMs,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
};

/** Reads all of it by large pages, checks that each access comes once and in order, and answers where places begin. */
async function walk(
  carried: CarriedSubject,
  session: string,
  accesses: number,
): Promise<ReadonlyMap<string, string | undefined>> {
  const starts = new Map<string, string | undefined>([["beginning", undefined]]);
  let count = 0;
  let page: CarriedPage = { items: [] };
  do {
    if (count >= accesses / 2 && !starts.has("middle")) starts.set("middle", page.next);
    if (count >= (accesses * 3) / 4 && !starts.has("end")) starts.set("end", page.next);
    page = await carried.listFiles(session, { limit: largestPage, next: page.next });
    for (const item of page.items) {
      check(carried.describe(item).name === pathAt(count), `another access is number ${count}`);
      count += 1;
    }
  } while (page.next !== undefined);
  check(count === accesses, `${count} accesses, expected ${accesses}`);
  check(starts.size === places.length, "a place of the walk was not found");
  return starts;
}

const labelOf = (name: string, packs: boolean): string => `${name} ${packs ? "packed" : "loose"}`;

async function run(bench: Bench): Promise<ReportLine[]> {
  const accesses = bench.quick ? 20_000 : 100_000;
  const jobs: Job[] = [];
  const contestants = [...bench.contestants("product"), ...bench.contestants("reference")];
  for (const contestant of contestants) {
    for (const packs of contestant.role === "product" ? [true, false] : [false]) {
      const job = { contestant, place: packs ? "packed" : "loose" };
      const parameters = { accesses, packs: packs ? 1 : 0 };
      const facts = await bench.prepare({ ...job, task: "prepare", parameters });
      if (facts === undefined) continue;
      jobs.push({ ...job, label: labelOf(contestant.name, packs), task: "measure", parameters: facts });
    }
  }
  const results = await bench.measure(jobs);
  const byHand = labelOf("reference", false);
  const number = accesses.toLocaleString("en-US");
  const side = (label: string, fact: string): Side => ({ label, value: pick(fact) });
  const time = (label: string, fact: string) => formatValue(medianOf(results, label, pick(fact)), "ms");
  return [false, true].flatMap((packs): ReportLine[] => {
    const label = labelOf("Throughline", packs);
    const what = packs ? "packed" : "not packed";
    const against = (title: string, fact: string, atMost: number): ReportLine => ({
      row,
      measure: `${title} of ${number} file accesses, ${what}`,
      goal: { atMost },
      unit: "× by hand",
      measured: ratioOf(results, side(label, fact), side(byHand, fact)),
      product: time(label, fact),
      reference: time(byHand, fact),
      peers: "",
    });
    const flat = (place: string): ReportLine => ({
      row,
      measure: `the same at the ${place} against the beginning, ${what}`,
      goal: { atMost: 1.2 },
      unit: "× of the beginning",
      measured: ratioOf(results, side(label, place), side(label, "beginning")),
      product: time(label, place),
      reference: time(byHand, place),
      peers: "",
    });
    return [
      against(`page of ${wanted} at the beginning`, "beginning", packs ? 5 : 2.5),
      flat("middle"),
      flat("end"),
      against(`whole walk by pages of ${largestPage.toLocaleString("en-US")}`, "whole", 1.5),
    ];
  });
}

/** Row 23: a session that touched very many files, read by page. */
export const contextPagesRow: Row = {
  number: row,
  title: "Pages of file accesses",
  tasks: { prepare, measure },
  run,
};
