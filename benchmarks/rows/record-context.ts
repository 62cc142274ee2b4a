import type { Bench, Job } from "../harness/bench.ts";
import type { CarriedSubject, ContextRecord } from "../harness/carried.ts";
import { check } from "../harness/check.ts";
import { medianOf, pick, ratioOf, type Side } from "../harness/compare.ts";
import type { Subject } from "../harness/contestant.ts";
import { formatValue } from "../harness/format.ts";
import { textAt } from "../harness/make-messages.ts";
import { numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";

const row = 22;
const together = 100;
const files = 500;
const filesPerHundred = 60;
const searchesPerHundred = 25;
const requestsPerSession = 20;
const textLength = 80;

/** A hundred records as of an hour's work: 60 accesses of 60 files, a quarter of them edits, searches and decisions. */
function makeRecords(request: number): ContextRecord[] {
  return Array.from({ length: together }, (_, index): ContextRecord => {
    const number = request * together + index;
    const text = textAt(number).slice(0, textLength);
    if (index < filesPerHundred) {
      const path = `src/services/part-${(request * filesPerHundred + index) % files}/main.ts`;
      return { type: "file", path, edited: index % 4 === 0 };
    }
    return { type: index < filesPerHundred + searchesPerHundred ? "search" : "decision", text };
  });
}

/** What a subject does of this; a contestant without it has no number. */
export function carriedOf(subject: Subject): CarriedSubject {
  check(subject.carried !== undefined, "it keeps nothing beside messages");
  return subject.carried;
}

/** A hundred records in one request, and in a hundred requests one after another. Sessions hold up to 2,000. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const carried = carriedOf(subject);
  let session = "";
  let accesses = 0;
  const record = async (request: number, send: (records: readonly ContextRecord[]) => Promise<void>) => {
    if (request % requestsPerSession === 0) {
      session = await subject.createSession(`of request ${request}`);
      accesses = 0;
    }
    const records = makeRecords(request);
    const before = performance.now();
    await send(records);
    accesses += filesPerHundred;
    return performance.now() - before;
  };
  const durations: { readonly one: number[]; readonly single: number[] } = { one: [], single: [] };
  const inOne = (request: number) => record(request, (records) => carried.recordContext(session, records));
  const single = (request: number) =>
    record(request, async (records) => {
      for (const each of records) await carried.recordContext(session, [each]);
    });
  let request = 0;
  await timeOperations({ count: 60, limitMs: 2000 }, () => inOne(request++));
  await timeOperations({ count: 2, limitMs: 1000 }, () => single(request++));
  await timeOperations({ count: numberIn(parameters, "requests"), limitMs: 3000 }, async () =>
    durations.one.push(await inOne(request++)),
  );
  await timeOperations({ count: 10, limitMs: 2000 }, async () =>
    durations.single.push(await single(request++)),
  );
  const page = await carried.listFiles(session, { limit: 1000 });
  check(page.items.length === Math.min(accesses, 1000), `${page.items.length} accesses are listed`);
  await subject.close();
  const sum = durations.one.reduce((total, duration) => total + duration, 0);
  return {
    oneP50: percentile(durations.one, 0.5),
    oneMean: sum / durations.one.length,
    singleP50: percentile(durations.single, 0.5),
  };
};

async function run(bench: Bench): Promise<ReportLine[]> {
  const contestants = [...bench.contestants("product"), ...bench.contestants("reference")];
  const results = await bench.measure(
    contestants.map((contestant): Job => {
      const parameters = { requests: bench.quick ? 100 : 300 };
      return { label: contestant.name, contestant, task: "measure", place: "shared", parameters };
    }),
  );
  const side = (label: string, fact: string): Side => ({ label, value: pick(fact) });
  const time = (label: string, fact: string) => formatValue(medianOf(results, label, pick(fact)), "ms");
  const against = (fact: string) => ({
    row,
    unit: "× by hand",
    measured: ratioOf(results, side("Throughline", fact), side("reference", fact)),
    product: time("Throughline", fact),
    reference: time("reference", fact),
    peers: "",
  });
  return [
    { measure: "100 context records in one request, p50", goal: { atMost: 2.5 }, ...against("oneP50") },
    {
      measure: "100 context records in one request, mean with the packing between them",
      ...against("oneMean"),
    },
    {
      row,
      measure: "100 context records in one request against 100 requests, p50",
      goal: { atMost: 0.2 },
      unit: "× of 100 requests",
      measured: ratioOf(results, side("Throughline", "oneP50"), side("Throughline", "singleP50")),
      product: `100 requests ${time("Throughline", "singleP50")}`,
      reference: `100 requests ${time("reference", "singleP50")}`,
      peers: "",
    },
  ];
}

/** Row 22: what happened in a session, recorded together. */
export const recordContextRow: Row = { number: row, title: "Context records", tasks: { measure }, run };
