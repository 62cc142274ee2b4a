import type { Bench, Job } from "../harness/bench.ts";
import { checkMessages } from "../harness/check.ts";
import { medianOf, pick, ratioOf } from "../harness/compare.ts";
import type { Subject } from "../harness/contestant.ts";
import { formatPeers, formatValue } from "../harness/format.ts";
import { makeMessages, textAt } from "../harness/make-messages.ts";
import { numberIn, textIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";

const row = 4;
const wanted = 50;
const blocks = 10;
const readsPerBlock = 40;
const limitMsPerBlock = 100;

/** Fills a short session and a long one, of 10,000 messages in a run of this row. */
const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const fill = async (count: number) => {
    const session = await subject.createSession(`of ${count}`);
    await subject.append(session, makeMessages(count));
    return session;
  };
  const longSize = numberIn(parameters, "long");
  const facts = { short: await fill(100), long: await fill(longSize), longSize };
  await subject.close();
  return facts;
};

/** Reads the last 50 of both sessions in turn, in blocks, after both were read until the code is warm. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const short = textIn(parameters, "short");
  const long = textIn(parameters, "long");
  const longSize = numberIn(parameters, "longSize");
  checkMessages(subject, await subject.readLast(short, wanted), { count: wanted, lastText: textAt(99) });
  checkMessages(subject, await subject.readLast(long, wanted), {
    count: wanted,
    lastText: textAt(longSize - 1),
  });
  await readTimed(subject, short, 300, 400);
  await readTimed(subject, long, 300, 400);

  const durations = { short: [] as number[], long: [] as number[] };
  for (let block = 0; block < blocks; block += 1) {
    durations.short.push(...(await readTimed(subject, short, readsPerBlock, limitMsPerBlock)));
    durations.long.push(...(await readTimed(subject, long, readsPerBlock, limitMsPerBlock)));
  }
  await subject.close();
  return { shortP50: percentile(durations.short, 0.5), longP50: percentile(durations.long, 0.5) };
};

function readTimed(subject: Subject, session: string, count: number, limitMs: number): Promise<number[]> {
  return timeOperations({ count, limitMs }, () => subject.readLast(session, wanted));
}

/** What times reads of the last 50 on any store; `measure` gives `shortP50` and `longP50`, in milliseconds. */
export const lastMessagesTasks = { prepare, measure };

async function run(bench: Bench): Promise<ReportLine[]> {
  const jobs: Job[] = [];
  for (const contestant of bench.contestants()) {
    const sizes = { long: 10_000 };
    const parameters = await bench.prepare({
      contestant,
      task: "prepare",
      place: "filled",
      parameters: sizes,
    });
    if (parameters === undefined) continue;
    jobs.push({ label: contestant.name, contestant, task: "measure", place: "filled", parameters });
  }
  const results = await bench.measure(jobs);
  const value = pick("longP50");
  const growth = (label: string) => ratioOf(results, { label, value }, { label, value: pick("shortP50") });
  const peerGrowth = bench.contestants("peer").map(({ name }) => `${name} ${formatValue(growth(name), "×")}`);
  return [
    {
      row,
      measure: "last 50 of 10,000, p50",
      goal: { atMost: 0.6 },
      unit: "× reference",
      measured: ratioOf(results, { label: "Throughline", value }, { label: "reference", value }),
      product: formatValue(medianOf(results, "Throughline", value), "ms"),
      reference: formatValue(medianOf(results, "reference", value), "ms"),
      peers: formatPeers(bench, results, (name) => name, value, "ms"),
    },
    {
      row,
      measure: "last 50 of 10,000 against last 50 of 100, p50",
      goal: { atMost: 1.1 },
      unit: "× of 100",
      measured: growth("Throughline"),
      product: formatValue(growth("Throughline"), "×"),
      reference: formatValue(growth("reference"), "×"),
      peers: peerGrowth.join("; "),
    },
  ];
}

/** Row 4: the newest messages, whatever the length of the session. */
export const lastMessagesRow: Row = {
  number: row,
  title: "Last 50 messages",
  tasks: lastMessagesTasks,
  run,
};
