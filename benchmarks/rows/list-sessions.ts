import type { Bench, Job } from "../harness/bench.ts";
import { check } from "../harness/check.ts";
import { medianOf, pick } from "../harness/compare.ts";
import { formatPeers, formatValue } from "../harness/format.ts";
import { numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";

const row = 6;
const wanted = 50;
const createdTogether = 200;
const peerSessions = 10_000;

const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const count = numberIn(parameters, "sessions");
  for (let start = 0; start < count; start += createdTogether) {
    const titles = Array.from({ length: createdTogether }, (_, index) => `Session ${start + index}`);
    await Promise.all(titles.map((title) => subject.createSession(title)));
  }
  await subject.close();
  return {};
};

const measure: Task = async ({ open }) => {
  const subject = await open();
  const list = async () => {
    const sessions = await subject.listSessions?.(wanted);
    check(sessions !== undefined, "it lists no sessions");
    return sessions;
  };
  const sessions = await list();
  check(sessions.length === wanted, `${sessions.length} sessions listed`);
  check(
    new Set(sessions.map((session) => JSON.stringify(session))).size === wanted,
    "a session is listed twice",
  );
  await timeOperations({ count: 500, limitMs: 1000 }, list);
  const durations = await timeOperations({ count: 500, limitMs: 2000 }, list);
  await subject.close();
  return { p50: percentile(durations, 0.5) };
};

async function run(bench: Bench): Promise<ReportLine[]> {
  const jobs: Job[] = [];
  const most = bench.quick ? 20_000 : 100_000;
  for (const contestant of bench.contestants()) {
    const parameters = { sessions: contestant.role === "peer" ? peerSessions : most };
    const prepared = await bench.prepare({ contestant, task: "prepare", place: "filled", parameters });
    if (prepared !== undefined)
      jobs.push({ label: contestant.name, contestant, task: "measure", place: "filled" });
  }
  const results = await bench.measure(jobs);
  const value = pick("p50");
  const measured = medianOf(results, "Throughline", value);
  const peers = formatPeers(bench, results, (name) => name, value, "ms");
  return [
    {
      row,
      measure: `list 50 of ${most.toLocaleString("en-US")} sessions, p50`,
      goal: { atMost: 0.15 },
      unit: "ms",
      measured,
      product: formatValue(measured, "ms"),
      reference: formatValue(medianOf(results, "reference", value), "ms"),
      peers: peers === "" ? "" : `of ${peerSessions.toLocaleString("en-US")}: ${peers}`,
    },
  ];
}

/** Row 6: the first page of all sessions. */
export const listSessionsRow: Row = { number: row, title: "List sessions", tasks: { prepare, measure }, run };
