import type { Bench, Job, Results } from "../harness/bench.ts";
import { check, checkCount } from "../harness/check.ts";
import { medianOf, pick, ratioOf } from "../harness/compare.ts";
import { formatValue } from "../harness/format.ts";
import { numberIn, type Facts, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { fullSizes, storeJobs, storeLines, storeTasks } from "./store-measures.ts";
import { writeFor, type WriteLoopResult } from "./write-loop.ts";

const row = 13;
const warmUpMs = 500;
const connectionCounts = [1, 32] as const;
/** Of what is judged; what is for information takes part in one. */
const rounds = 3;

const route = "Throughline's route";
const store = "Throughline over HTTP";
const bare = "bare Hono route";
const durable = "bare Hono route over the reference";

/** Appends on one connection and then on 32, each with a session of its own. */
const load: Task = async ({ parameters, open }) => {
  const subject = await open();
  const facts: Record<string, number> = {};
  for (const connections of connectionCounts) {
    const sessions: string[] = [];
    for (let index = 0; index < connections; index += 1) {
      sessions.push(await subject.createSession(`on connection ${index}`));
    }
    const write = (durationMs: number) =>
      Promise.all(sessions.map((session) => writeFor(durationMs, subject, () => session)));
    const warmUp = await write(warmUpMs);
    const processor = process.cpuUsage();
    const start = performance.now();
    const loops = await write(numberIn(parameters, "durationMs"));
    const elapsedMs = performance.now() - start;
    const { user, system } = process.cpuUsage(processor);
    for (const [index, session] of sessions.entries()) {
      const expected = appendedIn(warmUp[index]) + appendedIn(loops[index]);
      await checkCount(subject, session, expected);
      check((await subject.readLast(session, 1)).length === 1, "the last message is missing");
    }
    const durations = loops.flatMap((loop) => loop.durations);
    facts[`perSecondAt${connections}`] = (durations.length / elapsedMs) * 1000;
    facts[`p50At${connections}`] = percentile(durations, 0.5);
    facts[`p99At${connections}`] = percentile(durations, 0.99);
    facts[`clientAt${connections}`] = ((user + system) / 1000 / elapsedMs) * 100;
  }
  await subject.close();
  return facts satisfies Facts;
};

function appendedIn(loop: WriteLoopResult | undefined): number {
  check(loop?.errors === 0, `an append failed: ${loop?.firstError}`);
  return loop.appended;
}

async function run(bench: Bench): Promise<ReportLine[]> {
  const jobs: Job[] = [];
  for (const contestant of bench.contestants(undefined, "http")) {
    const isJudged = contestant.name === route || contestant.name === bare;
    jobs.push({
      label: `${contestant.name} load`,
      contestant,
      task: "load",
      place: "load",
      parameters: { durationMs: bench.quick ? 800 : 1500 },
      rounds: isJudged ? rounds : 1,
    });
    if (contestant.name === store || contestant.name === durable) {
      jobs.push(...(await storeJobs(bench, contestant, fullSizes(bench), { rounds: 1 })));
    }
  }
  const results = await bench.measure(jobs);
  return [
    ...connectionCounts.flatMap((connections) => linesAt(results, connections)),
    ...storeLines(
      results,
      { row, title: "HTTP store", product: store, reference: durable, unit: "× by hand" },
      fullSizes(bench),
    ),
  ];
}

function linesAt(results: Results, connections: (typeof connectionCounts)[number]): ReportLine[] {
  const where = `append over HTTP, ${connections} ${connections === 1 ? "connection" : "connections"}`;
  const rate = pick(`perSecondAt${connections}`);
  const middle = (name: string, measure: string) =>
    medianOf(results, `${name} load`, pick(`${measure}At${connections}`));
  const rateOf = (name: string) => formatValue(middle(name, "perSecond"), "messages/s");
  const timesOf = (name: string) =>
    `p50 ${formatValue(middle(name, "p50"), "ms")}, p99 ${formatValue(middle(name, "p99"), "ms")}`;
  const others = (describe: (name: string) => string) =>
    `${describe(bare)}; over the reference ${describe(durable)}`;
  return [
    {
      row,
      measure: `${where}: total`,
      goal: { atLeast: 0.7 },
      unit: "× bare route",
      measured: ratioOf(
        results,
        { label: `${route} load`, value: rate },
        { label: `${bare} load`, value: rate },
      ),
      product: `${rateOf(route)} (client busy ${formatValue(middle(route, "client"), "%")}); by our store ${rateOf(store)}`,
      reference: others(rateOf),
      peers: "",
    },
    {
      row,
      measure: `${where}: p99`,
      ...(connections === 32 ? { goal: { atMost: 10 } } : {}),
      unit: "ms",
      measured: middle(route, "p99"),
      product: `${timesOf(route)}; by our store ${timesOf(store)}`,
      reference: others(timesOf),
      peers: "",
    },
  ];
}

/** Row 13: appends to a server on a file, from a client in another process. */
export const httpRow: Row = { number: row, title: "HTTP", tasks: { ...storeTasks, load }, run };
