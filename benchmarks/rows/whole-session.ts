import type { Bench, Job, Results } from "../harness/bench.ts";
import { check, checkMessages } from "../harness/check.ts";
import { medianOf, pick, ratioOf } from "../harness/compare.ts";
import { formatPeers, formatValue } from "../harness/format.ts";
import { makeMessage, makeMessages, textAt } from "../harness/make-messages.ts";
import { numberIn, textIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";

const row = 5;
const size = 10_000;
const sessionsTogether = 16;
const mastra = "Mastra Memory";

/** Fills one session at once and, where asked, 16 together, each of their turns one message for each. */
const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const alone = await subject.createSession("alone");
  await subject.append(alone, makeMessages(size));
  const sessions: string[] = [];
  if (numberIn(parameters, "interleaved") === 1) {
    for (let index = 0; index < sessionsTogether; index += 1)
      sessions.push(await subject.createSession(`with ${index}`));
    for (let index = 0; index < size; index += 1) {
      await Promise.all(sessions.map((session) => subject.append(session, [makeMessage(index)])));
    }
  }
  await subject.close();
  return { alone, interleaved: sessions[0] ?? "" };
};

/** Reads a whole session again and again, and the first message of a stream where there are streams. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const session = textIn(parameters, "session");
  const readAll = async () => {
    const all = await subject.readAll?.(session);
    check(all !== undefined, "it reads no whole session");
    return all;
  };
  const before = performance.now();
  const messages = await readAll();
  const firstRead = performance.now() - before;
  checkMessages(subject, messages, { count: size, lastText: textAt(size - 1) });
  // A contestant that takes seconds needs no warm-up to be told apart, and must not take all the time there is.
  if (firstRead > 3000) return { readMs: firstRead, streamMs: -1 };

  await timeOperations({ count: 4, limitMs: 1000 }, readAll);
  const durations = await timeOperations({ count: numberIn(parameters, "reads"), limitMs: 2000 }, readAll);
  let streamMs = -1;
  if (subject.readFirstOfStream !== undefined) {
    const readFirst = () => subject.readFirstOfStream?.(session) ?? Promise.resolve(undefined);
    check(
      subject.describe(await readFirst()).text === textAt(0),
      "the first message of the stream is another",
    );
    await timeOperations({ count: 20, limitMs: 500 }, readFirst);
    streamMs = percentile(await timeOperations({ count: 60, limitMs: 1000 }, readFirst), 0.5);
  }
  await subject.close();
  return { readMs: percentile(durations, 0.5), streamMs };
};

async function run(bench: Bench): Promise<ReportLine[]> {
  const jobs: Job[] = [];
  // Mastra's time for a whole thread grows with its square: one reading of half a minute says enough.
  const slow = (name: string) => name === mastra;
  for (const contestant of bench.contestants().filter(({ name }) => !(bench.quick && slow(name)))) {
    const interleaved = contestant.role === "peer" || bench.quick ? 0 : 1;
    const prepared = await bench.prepare({
      contestant,
      task: "prepare",
      place: "filled",
      settings: { grouped: true },
      parameters: { interleaved },
    });
    if (prepared === undefined) continue;
    const rounds =
      contestant.name === "JSON file" ? bench.settings.rounds : slow(contestant.name) ? 1 : undefined;
    const job = { contestant, task: "measure", place: "filled", ...(rounds === undefined ? {} : { rounds }) };
    const reads = bench.quick ? 7 : 15;
    jobs.push({ ...job, label: contestant.name, parameters: { session: textIn(prepared, "alone"), reads } });
    if (interleaved === 1) {
      const parameters = { session: textIn(prepared, "interleaved"), reads };
      jobs.push({ ...job, label: `${contestant.name} interleaved`, parameters });
    }
  }
  const results = await bench.measure(jobs);
  const atOnce = lineAgainstFile(bench, results, "", "whole session of 10,000, written at once", 1);
  // Writing 160,000 messages one by one is what a quick run has no time for.
  if (bench.quick) return [atOnce, streamLine(results)];
  const inTurn = "whole session of 10,000, written in turn with 15 others";
  return [atOnce, lineAgainstFile(bench, results, " interleaved", inTurn, 1.3), streamLine(results)];
}

function lineAgainstFile(
  bench: Bench,
  results: Results,
  suffix: string,
  title: string,
  atMost: number,
): ReportLine {
  const value = pick("readMs");
  return {
    row,
    measure: `${title}, p50`,
    goal: { atMost },
    unit: "× JSON file",
    measured: ratioOf(results, { label: `Throughline${suffix}`, value }, { label: "JSON file", value }),
    product: formatValue(medianOf(results, `Throughline${suffix}`, value), "ms"),
    reference: formatValue(medianOf(results, `reference${suffix}`, value), "ms"),
    peers: formatPeers(bench, results, (name) => name, value, "ms"),
  };
}

function streamLine(results: Results): ReportLine {
  const measured = medianOf(results, "Throughline", pick("streamMs"));
  return {
    row,
    measure: "first message of a stream of 10,000, p50",
    goal: { atMost: 2 },
    unit: "ms",
    measured,
    product: formatValue(measured, "ms"),
    reference: "",
    peers: "",
  };
}

/** Row 5: a whole session, against the least that reading it can cost: one JSON file, parsed. */
export const wholeSessionRow: Row = {
  number: row,
  title: "A whole session",
  tasks: { prepare, measure },
  run,
};
