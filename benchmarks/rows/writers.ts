import type { Bench, Job, Results } from "../harness/bench.ts";
import { check } from "../harness/check.ts";
import { medianOf, pick, ratioOf } from "../harness/compare.ts";
import type { Contestant, Durability, Subject } from "../harness/contestant.ts";
import { formatPeers, formatValue } from "../harness/format.ts";
import { numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";
import { writeFor } from "./write-loop.ts";

const row = 2;
const writers = 16;
const warmUpMs = 400;

/** Sixteen writers in this process append as fast as they are answered; no session has two writers. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open();
  const sessions: string[] = [];
  for (let index = 0; index < numberIn(parameters, "sessions"); index += 1) {
    sessions.push(await subject.createSession(`session ${index}`));
  }
  await writeTogether(subject, sessions, warmUpMs);
  const before = await countAll(subject, sessions);
  const { appended, elapsedMs } = await writeTogether(subject, sessions, numberIn(parameters, "durationMs"));
  const after = await countAll(subject, sessions);
  check(after - before === appended, `${after - before} messages are there, ${appended} were acknowledged`);
  await subject.close();
  return { perSecond: (appended / elapsedMs) * 1000 };
};

/** What times 16 writers on any store: `perSecond`. */
export const writersTasks = { measure };

async function writeTogether(
  subject: Subject,
  sessions: readonly string[],
  durationMs: number,
): Promise<{ appended: number; elapsedMs: number }> {
  const start = performance.now();
  const results = await Promise.all(
    Array.from({ length: writers }, (_, writer) =>
      writeFor(durationMs, subject, (index) => sessions[(index * writers + writer) % sessions.length] ?? ""),
    ),
  );
  const elapsedMs = performance.now() - start;
  const failed = results.find(({ errors }) => errors > 0);
  check(failed === undefined, `an append failed: ${failed?.firstError}`);
  return { appended: results.reduce((sum, { appended }) => sum + appended, 0), elapsedMs };
}

async function countAll(subject: Subject, sessions: readonly string[]): Promise<number> {
  let count = 0;
  for (const session of sessions) count += await subject.countMessages(session);
  return count;
}

interface Variant {
  readonly name: string;
  readonly durability: Durability;
  readonly sessions: number;
  readonly contestants: readonly Contestant["role"][];
}

// 1,008 is the multiple of 16 next to 1,000: so each writer has its own sessions, and no two meet in one.
const variants: readonly Variant[] = [
  { name: "own FULL", durability: "power-loss", sessions: 16, contestants: ["product", "reference", "peer"] },
  { name: "own NORMAL", durability: "process-crash", sessions: 16, contestants: ["product", "reference"] },
  { name: "many FULL", durability: "power-loss", sessions: 1008, contestants: ["product", "reference"] },
];

async function run(bench: Bench): Promise<ReportLine[]> {
  const durationMs = bench.quick ? 700 : 1200;
  const jobs = bench.contestants().flatMap((contestant) =>
    variants
      .filter((variant) => variant.contestants.includes(contestant.role))
      .map(({ name, durability, sessions }): Job => ({
        label: `${contestant.name} ${name}`,
        contestant,
        task: "measure",
        place: name.replaceAll(" ", "-"),
        settings: { durability, grouped: true },
        parameters: { sessions, durationMs },
      })),
  );
  const results = await bench.measure(jobs);
  return [
    lineAgainstReference(bench, results, "own FULL", "16 writers, own sessions, FULL", 0.9),
    lineAgainstReference(bench, results, "many FULL", "16 writers over 1,008 sessions, FULL", 0.9),
    durabilityLine(results),
  ];
}

function lineAgainstReference(
  bench: Bench,
  results: Results,
  variant: string,
  title: string,
  atLeast: number,
): ReportLine {
  const value = pick("perSecond");
  const product = `Throughline ${variant}`;
  return {
    row,
    measure: title,
    goal: { atLeast },
    unit: "× reference",
    measured: ratioOf(results, { label: product, value }, { label: `reference ${variant}`, value }),
    product: formatValue(medianOf(results, product, value), "messages/s"),
    reference: formatValue(medianOf(results, `reference ${variant}`, value), "messages/s"),
    peers: formatPeers(bench, results, (name) => `${name} ${variant}`, value, "messages/s"),
  };
}

function durabilityLine(results: Results): ReportLine {
  const value = pick("perSecond");
  const ratio = (name: string) =>
    ratioOf(results, { label: `${name} own FULL`, value }, { label: `${name} own NORMAL`, value });
  const normal = medianOf(results, "Throughline own NORMAL", value);
  const referenceNormal = medianOf(results, "reference own NORMAL", value);
  return {
    row,
    measure: "16 writers, own sessions, FULL against NORMAL",
    goal: { atLeast: 0.4 },
    unit: "× of NORMAL",
    measured: ratio("Throughline"),
    product: `NORMAL ${formatValue(normal, "messages/s")}`,
    reference: `${formatValue(ratio("reference"), "×")}, NORMAL ${formatValue(referenceNormal, "messages/s")}`,
    peers: "",
  };
}

/** Row 2: many writers in one process share the price of durability. */
export const writersRow: Row = {
  number: row,
  title: "16 concurrent writers in one process",
  tasks: writersTasks,
  run,
};
