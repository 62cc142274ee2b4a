import type { Bench, Job, Results } from "../harness/bench.ts";
import { check } from "../harness/check.ts";
import { medianOf, pick, ratioOf } from "../harness/compare.ts";
import type { BenchmarkMessage } from "../harness/contestant.ts";
import { formatValue } from "../harness/format.ts";
import { makeId, textAt } from "../harness/make-messages.ts";
import { numberIn, textIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";

const row = 9;
const wanted = 20;
const appendedTogether = 1000;
/** Messages of each session, but for the last. */
const sessionSize = 500;

/** Words that every text has, words of one text in 4 and in 5, in 25 and in 40, and a word of one text in 1,000. */
function searchableText(index: number, words: number): string {
  const beginning = textAt(index).split(" ", words).join(" ");
  const places = `often${index % 4} usual${index % 5} north${index % 25} south${index % 40} single${index % 1000}`;
  return `every time ${beginning} ${places}`;
}

/** What is searched for: words of all messages, of many, of some, of few. */
const queries = {
  everywhere: "every time",
  common: "often3 usual2",
  middle: "north7 south7",
  rare: "single7 usual2",
};
type QueryName = keyof typeof queries;
const names = Object.keys(queries) as QueryName[];

const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const count = numberIn(parameters, "messages");
  let asked = "";
  for (let first = 0; first < count; first += sessionSize) {
    const session = await subject.createSession(`from ${first}`);
    // A session in the middle, so that it is neither the newest nor the oldest of the index.
    if (first <= count / 2) asked = session;
    const messages = Array.from(
      { length: Math.min(sessionSize, count - first) },
      (_, index): BenchmarkMessage => {
        const place = first + index;
        const role = place % 2 === 0 ? "user" : "assistant";
        return { id: makeId(), role, text: searchableText(place, numberIn(parameters, "words")) };
      },
    );
    for (let start = 0; start < messages.length; start += appendedTogether)
      await subject.append(session, messages.slice(start, start + appendedTogether));
  }
  await subject.finishIndex?.();
  await subject.close();
  return { session: asked };
};

const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const session = textIn(parameters, "session");
  const facts: Record<string, number> = {};
  for (const name of names) {
    const find = async () => {
      const hits = await subject.search?.(queries[name], wanted, session === "" ? undefined : session);
      check(hits !== undefined && hits.length > 0, `nothing is found for "${queries[name]}"`);
      return hits;
    };
    await timeOperations({ count: 20, limitMs: 500 }, find);
    facts[name] = percentile(await timeOperations({ count: 60, limitMs: 1500 }, find), 0.5);
  }
  await subject.close();
  return facts;
};

async function run(bench: Bench): Promise<ReportLine[]> {
  const all = bench.quick ? 20_000 : 100_000;
  const most = bench.quick ? 50_000 : 1_000_000;
  const jobs: Job[] = [];
  for (const contestant of [...bench.contestants("product"), ...bench.contestants("reference")]) {
    const parameters = { messages: all, words: 60 };
    const prepared = await bench.prepare({ contestant, task: "prepare", place: "all", parameters });
    if (prepared === undefined) continue;
    const job = { contestant, task: "measure", place: "all", parameters: { session: "" } };
    jobs.push({ ...job, label: contestant.name });
  }
  for (const contestant of bench.contestants("product")) {
    // Short texts, for a million of them have to be written first.
    const parameters = { messages: most, words: 8 };
    const place = "inside";
    const prepared = await bench.prepare({ contestant, task: "prepare", place, parameters });
    if (prepared === undefined) continue;
    jobs.push({ label: "inside", contestant, task: "measure", place, parameters: prepared });
  }
  const results = await bench.measure(jobs);
  return [
    ...names.map((name) => lineOfAll(results, name, all)),
    ...names.map((name) => lineInside(results, name, most)),
  ];
}

function lineOfAll(results: Results, name: QueryName, messages: number): ReportLine {
  const value = pick(name);
  const sides = [
    { label: "Throughline", value },
    { label: "reference", value },
  ] as const;
  return {
    row,
    measure: `two words (${name}) in ${messages.toLocaleString("en-US")} messages, best 20, p50`,
    // Nobody looks for what is everywhere, and what few have costs little: both are for information.
    ...(name === "common" || name === "middle" ? { goal: { atMost: 1.3 } } : {}),
    unit: "× raw FTS5",
    measured: ratioOf(results, ...sides),
    product: formatValue(medianOf(results, "Throughline", value), "ms"),
    reference: formatValue(medianOf(results, "reference", value), "ms"),
    peers: "",
  };
}

function lineInside(results: Results, name: QueryName, messages: number): ReportLine {
  const measured = medianOf(results, "inside", pick(name));
  return {
    row,
    measure: `two words (${name}) in one session of ${sessionSize} of ${messages.toLocaleString("en-US")}, best 20, p50`,
    goal: { atMost: name === "common" || name === "everywhere" ? 10 : 1 },
    unit: "ms",
    measured,
    product: formatValue(measured, "ms"),
    reference: "",
    peers: "",
  };
}

/** Row 9: search over everything, and inside one session of a large store. */
export const searchRow: Row = { number: row, title: "Search", tasks: { prepare, measure }, run };
