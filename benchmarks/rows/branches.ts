import type { Bench, Job } from "../harness/bench.ts";
import { check, checkMessages } from "../harness/check.ts";
import { medianOf, pick, ratioOf, type Side } from "../harness/compare.ts";
import type { BenchmarkMessage, Subject } from "../harness/contestant.ts";
import { formatValue } from "../harness/format.ts";
import { makeMessages, textAt } from "../harness/make-messages.ts";
import { numberIn, textIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";

const row = 21;
const wanted = 50;
const blocks = 10;
const readsPerBlock = 40;
const limitMsPerBlock = 100;
/** Messages that an edit leaves behind. */
const left = 3;

/** Messages of which every so manieth is an edit: it follows the one that was there before the last three. */
function withEdits(messages: readonly BenchmarkMessage[], branches: number): BenchmarkMessage[] {
  const every = Math.floor(messages.length / branches);
  return messages.map((message, index) => {
    const isEdit = index > left && index % every === 0;
    const follows = isEdit ? messages[index - left - 1]?.id : undefined;
    return follows === undefined ? message : { ...message, follows };
  });
}

/** Fills a session that goes straight on, and one that was edited again and again. */
const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const size = numberIn(parameters, "size");
  const branches = numberIn(parameters, "branches");
  const straight = await subject.createSession("straight");
  await subject.append(straight, makeMessages(size));
  const branched = await subject.createSession("branched");
  await subject.append(branched, withEdits(makeMessages(size), branches));
  await subject.close();
  return { straight, branched, size };
};

/** Reads both sessions in turn, in blocks, after both were read until the code is warm. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const size = numberIn(parameters, "size");
  const sessions = [textIn(parameters, "straight"), textIn(parameters, "branched")] as const;
  const readAfter = async (session: string) => {
    const page = await subject.readAfter?.(session, size / 2, wanted);
    check(page?.length === wanted, "there is no page in the middle");
    return page;
  };
  const readAll = async (session: string) => {
    const all = await subject.readAll?.(session);
    check(all !== undefined, "it reads no whole session");
    return all;
  };
  for (const session of sessions) {
    const lastText = textAt(size - 1);
    checkMessages(subject, await subject.readLast(session, wanted), { count: wanted, lastText });
  }
  const straightCount = (await readAll(sessions[0])).length;
  const branchedCount = (await readAll(sessions[1])).length;
  check(straightCount === size && branchedCount < size, "the branches are not left out");
  const last = await compare(sessions, (session) => subject.readLast(session, wanted), readsPerBlock);
  const middle = await compare(sessions, readAfter, readsPerBlock);
  const whole = await compare(sessions, readAll, 1);
  await subject.close();
  return {
    lastStraight: last[0],
    lastBranched: last[1],
    middleStraight: middle[0],
    middleBranched: middle[1],
    wholeStraight: whole[0],
    wholeBranched: whole[1],
  };
};

/** The median times of both sessions. */
async function compare(
  sessions: readonly [string, string],
  read: (session: string) => ReturnType<Subject["readLast"]>,
  count: number,
): Promise<readonly [number, number]> {
  const durations: [number[], number[]] = [[], []];
  // The first block is for warming up.
  for (let block = 0; block <= blocks; block += 1) {
    for (const [index, session] of sessions.entries()) {
      const times = await timeOperations({ count, limitMs: limitMsPerBlock }, () => read(session));
      if (block > 0) durations[index]?.push(...times);
    }
  }
  return [percentile(durations[0], 0.5), percentile(durations[1], 0.5)];
}

async function run(bench: Bench): Promise<ReportLine[]> {
  const jobs: Job[] = [];
  const parameters = bench.quick ? { size: 10_000, branches: 100 } : { size: 100_000, branches: 1_000 };
  for (const contestant of bench.contestants("product")) {
    const job = { contestant, place: "filled" };
    const facts = await bench.prepare({ ...job, task: "prepare", parameters });
    if (facts !== undefined) {
      jobs.push({ ...job, label: contestant.name, task: "measure", parameters: facts, rounds: 3 });
    }
  }
  const results = await bench.measure(jobs);
  const label = "Throughline";
  const side = (name: string): Side => ({ label, value: pick(name) });
  const size = parameters.size.toLocaleString("en");
  const branches = parameters.branches.toLocaleString("en");
  const line = (name: string, measureOf: string): ReportLine => ({
    row,
    measure: `${measureOf} of ${size} with ${branches} branches against none, p50`,
    goal: { atMost: 1.1 },
    unit: "× without",
    measured: ratioOf(results, side(`${name}Branched`), side(`${name}Straight`)),
    product: formatValue(medianOf(results, label, pick(`${name}Branched`)), "ms"),
    reference: "",
    peers: "",
  });
  return [line("last", "last 50"), line("middle", "50 from the middle on"), line("whole", "whole session")];
}

/** Row 21: a session of many branches, against one that goes straight on. */
export const branchesRow: Row = {
  number: row,
  title: "Branches",
  tasks: { prepare, measure },
  run,
};
