import type { Bench, Job, Results } from "../harness/bench.ts";
import { check, checkCount } from "../harness/check.ts";
import { medianOf, pick, ratioOf } from "../harness/compare.ts";
import type { Contestant, Durability, Subject } from "../harness/contestant.ts";
import { formatPeers, formatValue } from "../harness/format.ts";
import { makeId, makeMessage, makeMessages } from "../harness/make-messages.ts";
import { numberIn, textIn, type Facts, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { percentile } from "../harness/statistics.ts";
import { timeOperations } from "../harness/time-operations.ts";

const row = 1;
const sizes = [10, 1000, 100_000] as const;
const appendsPerBlock = 25;
const limitMsPerBlock = 200;

/** Fills a store with a large session, of 100,000 messages in a whole run, among small ones. */
const prepare: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const count = numberIn(parameters, "messages");
  const session = await subject.createSession("large");
  await subject.append(session, makeMessages(count));
  for (let other = 0; other < numberIn(parameters, "others"); other += 1) {
    await subject.append(await subject.createSession(`other ${other}`), makeMessages(5));
  }
  await checkCount(subject, session, count);
  await subject.close();
  return { session };
};

/** Times single appends at the three sizes in turn, in blocks, so that all see the same machine. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const withOperation = numberIn(parameters, "operation") === 1;
  const large = textIn(parameters, "session");
  await appendTimed(subject, await prefilled(subject, 10), withOperation, 300, 1500);

  const medium = await prefilled(subject, 1000);
  const durations: Record<number, number[]> = { 10: [], 1000: [], 100_000: [] };
  for (let block = 0; block < numberIn(parameters, "blocks"); block += 1) {
    const small = await prefilled(subject, 10);
    const sessions = [small, medium, large];
    for (let turn = 0; turn < sizes.length; turn += 1) {
      const place = (block + turn) % sizes.length;
      const size = sizes[place] ?? 10;
      const taken = await appendTimed(
        subject,
        sessions[place] ?? small,
        withOperation,
        appendsPerBlock,
        limitMsPerBlock,
      );
      durations[size]?.push(...taken);
    }
  }
  await subject.close();
  return Object.fromEntries(sizes.map((size) => [`p50At${size}`, percentile(durations[size] ?? [], 0.5)]));
};

async function prefilled(subject: Subject, count: number): Promise<string> {
  const session = await subject.createSession(`of ${count}`);
  await subject.append(session, makeMessages(count));
  return session;
}

async function appendTimed(
  subject: Subject,
  session: string,
  withOperation: boolean,
  count: number,
  limitMs: number,
): Promise<number[]> {
  const before = await subject.countMessages(session);
  const messages = Array.from({ length: count }, (_, index) => [makeMessage(before + index)]);
  const operations = messages.map(() => (withOperation ? makeId() : undefined));
  const durations = await timeOperations({ count, limitMs }, (index) =>
    subject.append(session, messages[index] ?? [], operations[index]),
  );
  await checkCount(subject, session, before + durations.length);
  const [last] = await subject.readLast(session, 1);
  check(
    subject.describe(last).text === messages[durations.length - 1]?.[0]?.text,
    "the last message is another",
  );
  return durations;
}

/** What times appends on any store; `measure` gives `p50At10`, `p50At1000` and `p50At100000`, in milliseconds. */
export const appendTasks = { prepare, measure };

interface Variant {
  readonly name: string;
  readonly durability: Durability;
  readonly operation: boolean;
  readonly contestants: readonly Contestant["role"][];
}

const variants: readonly Variant[] = [
  { name: "FULL", durability: "power-loss", operation: false, contestants: ["product", "reference", "peer"] },
  { name: "NORMAL", durability: "process-crash", operation: false, contestants: ["product", "reference"] },
  { name: "FULL, operation id", durability: "power-loss", operation: true, contestants: ["product"] },
];

async function run(bench: Bench): Promise<ReportLine[]> {
  const jobs: Job[] = [];
  for (const contestant of bench.contestants()) {
    const parameters = { messages: bench.quick ? 20_000 : 100_000, others: bench.quick ? 200 : 1000 };
    const prepared = await bench.prepare({ contestant, task: "prepare", place: "filled", parameters });
    if (prepared !== undefined)
      jobs.push(...variants.flatMap((variant) => jobOf(variant, contestant, prepared)));
  }
  const results = await bench.measure(jobs);
  return [
    ...sizes.map((size) => lineAt(bench, results, "FULL", size, 1.25)),
    growthLine(bench, results),
    ...sizes.map((size) => lineAt(bench, results, "FULL, operation id", size, 1.4)),
    ...sizes.map((size) => lineAt(bench, results, "NORMAL", size, undefined)),
  ];
}

function jobOf(variant: Variant, contestant: Contestant, prepared: Facts): Job[] {
  if (!variant.contestants.includes(contestant.role)) return [];
  // The differences of peers are seen with fewer appends, and some of theirs take long.
  const blocks = contestant.role === "peer" ? 2 : 12;
  const parameters = { session: textIn(prepared, "session"), operation: variant.operation ? 1 : 0, blocks };
  const { name, durability } = variant;
  return [
    {
      label: `${contestant.name} ${name}`,
      contestant,
      task: "measure",
      place: "filled",
      parameters,
      settings: { durability },
    },
  ];
}

/** In a quick run the largest session has 20,000 messages, and the report must say so. */
function sizeName(bench: Bench, size: number): string {
  return (bench.quick && size === 100_000 ? 20_000 : size).toLocaleString("en-US");
}

function lineAt(
  bench: Bench,
  results: Results,
  variant: string,
  size: number,
  atMost: number | undefined,
): ReportLine {
  const value = pick(`p50At${size}`);
  const product = `Throughline ${variant}`;
  const below = variant === "NORMAL" ? "reference NORMAL" : "reference FULL";
  return {
    row,
    measure: `append at ${sizeName(bench, size)}, ${variant}, p50`,
    ...(atMost === undefined ? {} : { goal: { atMost } }),
    unit: "× reference",
    measured: ratioOf(results, { label: product, value }, { label: below, value }),
    product: formatValue(medianOf(results, product, value), "ms"),
    reference: formatValue(medianOf(results, below, value), "ms"),
    peers: variant === "FULL" ? formatPeers(bench, results, (name) => `${name} FULL`, value, "ms") : "",
  };
}

function growthLine(bench: Bench, results: Results): ReportLine {
  const growth = (label: string) =>
    ratioOf(results, { label, value: pick("p50At100000") }, { label, value: pick("p50At10") });
  const measured = growth("Throughline FULL");
  const peers = bench
    .contestants("peer")
    .map(({ name }) => `${name} ${formatValue(growth(`${name} FULL`), "×")}`);
  return {
    row,
    measure: `append at ${sizeName(bench, 100_000)} against 10, FULL, p50`,
    goal: { atMost: 1.1 },
    unit: "× of 10",
    measured,
    product: formatValue(measured, "×"),
    reference: formatValue(growth("reference FULL"), "×"),
    peers: peers.join("; "),
  };
}

/** Row 1: what one durable append costs, and that it does not grow with the session. */
export const appendRow: Row = { number: row, title: "Append one message", tasks: appendTasks, run };
