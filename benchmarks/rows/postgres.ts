import type { Bench, Job } from "../harness/bench.ts";
import { checkCount } from "../harness/check.ts";
import { medianOf, pick, ratioOf } from "../harness/compare.ts";
import { formatValue } from "../harness/format.ts";
import { makeMessages } from "../harness/make-messages.ts";
import { numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { startServer } from "../harness/start-server.ts";
import {
  fullSizes,
  lineOf,
  storeJobs,
  storeLines,
  storeTasks,
  writersLabel,
  type StorePair,
} from "./store-measures.ts";

const row = 11;
const rounds = 3;
const pair: StorePair = {
  row,
  title: "PostgreSQL",
  product: "Throughline on PostgreSQL",
  reference: "PostgreSQL by hand",
  unit: "× by hand",
  goals: {
    append: { atMost: 1.3 },
    growth: { atMost: 1.1 },
    last: { atMost: 1.3 },
    writers: { atLeast: 2 },
  },
};
const oneConnection = "16 writers on one connection";

/** Writes many messages at once, in the largest batches that the contestant has. */
const importMany: Task = async ({ parameters, open }) => {
  const subject = await open();
  const count = numberIn(parameters, "messages");
  await subject.append(await subject.createSession("first"), makeMessages(2000));
  const session = await subject.createSession("imported");
  const messages = makeMessages(count);
  const start = performance.now();
  await subject.append(session, messages);
  const elapsedMs = performance.now() - start;
  await checkCount(subject, session, count);
  await subject.close();
  return { perSecond: (count / elapsedMs) * 1000 };
};

async function run(bench: Bench): Promise<ReportLine[]> {
  const server = await startServer(bench, "postgresql");
  try {
    const jobs = server === undefined ? [] : await makeJobs(bench, server.url);
    const results = await bench.measure(jobs);
    const value = pick("perSecond");
    const product = writersLabel(pair.product);
    const reference = `${pair.reference} ${oneConnection}`;
    return [
      ...storeLines(results, pair, fullSizes(bench)),
      {
        row,
        measure: "PostgreSQL: 16 writers against statements one after another",
        unit: "× by hand on one connection",
        measured: ratioOf(results, { label: product, value }, { label: reference, value }),
        product: formatValue(medianOf(results, product, value), "messages/s"),
        reference: formatValue(medianOf(results, reference, value), "messages/s"),
        peers: "",
      },
      lineOf(results, pair, {
        measure: "import in batches of 1,000",
        job: "import",
        value,
        unit: "messages/s",
        goal: { atLeast: 0.6 },
      }),
    ];
  } finally {
    await server?.stop();
  }
}

async function makeJobs(bench: Bench, url: string): Promise<Job[]> {
  const settings = { url };
  const jobs: Job[] = [];
  for (const contestant of bench.contestants(undefined, "postgresql")) {
    const common = { contestant, place: "own", settings, rounds };
    jobs.push(...(await storeJobs(bench, contestant, fullSizes(bench), { settings, rounds })), {
      ...common,
      label: `${contestant.name} import`,
      task: "import",
      parameters: { messages: bench.quick ? 5000 : 10_000 },
    });
    if (contestant.role === "product") continue;
    jobs.push({
      ...common,
      label: `${contestant.name} ${oneConnection}`,
      task: "writers",
      parameters: { sessions: 16, durationMs: bench.quick ? 700 : 1200 },
    });
  }
  return jobs;
}

/** Row 11: the store on PostgreSQL beside one statement by hand. Sixteen writers by hand have a connection each. */
export const postgresRow: Row = {
  number: row,
  title: "PostgreSQL",
  tasks: { ...storeTasks, import: importMany },
  run,
};
