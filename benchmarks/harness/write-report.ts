import { formatNumber, formatValue } from "./format.ts";
import type { Goal, ReportLine } from "./row.ts";

/** What stands around the table. */
export interface ReportFacts {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  /** Rows whose time was over earlier, with the rounds they made. */
  readonly cutShort: readonly string[];
  readonly quick: boolean;
  readonly fromSources: boolean;
  readonly peers: readonly string[];
  /** The database servers that rows were measured on. */
  readonly servers: readonly string[];
  /** What could not be measured, and why. */
  readonly failures: readonly string[];
}

/** Whether the goal is reached; undefined without a goal or a measurement. */
export function isReached(goal: Goal | undefined, measured: number | undefined): boolean | undefined {
  if (goal === undefined || measured === undefined) return undefined;
  return "atMost" in goal ? measured <= goal.atMost : measured >= goal.atLeast;
}

/** The report as Markdown. */
export function writeReport(lines: readonly ReportLine[], facts: ReportFacts): string {
  const judged = lines.map(({ goal, measured }) => isReached(goal, measured));
  const reached = judged.filter((value) => value === true).length;
  const missed = judged.filter((value) => value === false).length;
  const unmeasured = lines.filter(
    ({ goal, measured }) => goal !== undefined && measured === undefined,
  ).length;
  return [
    "# Benchmarks",
    "",
    `Measured on ${facts.date}: ${facts.machine}.`,
    `${facts.rounds} rounds${facts.cutShort.length > 0 ? ` (${facts.cutShort.join(", ")})` : ""}${facts.quick ? ", quick run (smaller and fewer measures: not for judging)" : ""}${facts.fromSources ? ", product run from its sources" : ""}.`,
    `Of ${reached + missed + unmeasured} goals ${reached} are reached, ${missed} are not, ${unmeasured} could not be measured.`,
    "",
    "| Row | Measure | Goal | Measured | Reached | Throughline | Reference | Peers |",
    "| ---: | --- | --- | --- | --- | --- | --- | --- |",
    ...lines.map(writeLine),
    "",
    ...(facts.failures.length === 0
      ? []
      : ["## Not measured", "", ...facts.failures.map((failure) => `- ${failure}`), ""]),
    "## How to read it",
    "",
    "- Machines differ, and so do disks. Read the ratios first.",
    "- The reference is one careful transaction by hand on `node:sqlite`. It does what an append must do and no more: idempotent by message id, counters and order of sessions kept. It lives in `benchmarks/reference/`.",
    "- FULL survives a power cut and is the default. NORMAL survives the end of the process only.",
    "- Contestants take turns in shuffled order, each in a process of its own. A number is the median of the rounds; a ratio is the median of the rounds' ratios. A peer takes part in at most 3 rounds, and in one where a single reading takes many seconds. Rows 11, 13 and 21 have 3 rounds, row 20 has 2, and what they tell for information less.",
    "- Each contestant's results are checked. One that loses or doubles a message gets no number.",
    "- The JSON file does no fsync, and Mastra Memory does none at an append (its own default, seen in its system calls): what they acknowledge can be lost in a power cut. Compare them with NORMAL.",
    "- VoltAgent, LangGraph's SQLite saver and LangChain's history in a file only read here (rows 4 to 6): at each append they write all they hold again, or have no order below a millisecond. LangChain holds the whole file in memory, and reads from there. Google's ADK is missing: its SQLite driver needs an install script.",
    "- By hand on a server is the same on its raw driver: on PostgreSQL one prepared statement an append, on MongoDB one update and one insert, acknowledged by a majority and its journal. Each row starts servers of its own; places, tenants and sessions share them. A stand-in for MongoDB writes no disk and has its own speed: read its ratios as those of our code, not of MongoDB.",
    "- The bare Hono route parses the same bodies, answers JSON of the same size and stores nothing; the product's listener serves it. Server and client are a process each, and share the cores.",
    "- Rows 22 to 26 are goals of our own. By hand keeps the same rows in tables of its own, without a feed, operations or tenants; packed pages are compared with its plain ones. A hook is started from the build, ten in a row, while somebody records.",
    "- Commits of one tenant are in one order, whatever its sessions: row 20 is what that order costs.",
    ...(facts.servers.length === 0 ? [] : [`- Servers: ${facts.servers.join("; ")}.`]),
    `- Peers: ${facts.peers.length === 0 ? "none installed" : facts.peers.join(", ")}; a JSON file per chat.`,
    "",
    "## How to repeat it",
    "",
    "```sh",
    "npm ci",
    "npm run bench                      # all rows",
    "npm run bench -- --rows 1,2        # some rows; prints the table, leaves this file alone",
    "npm run bench -- --quick           # fewer rounds, smaller sizes; the same",
    "npm run bench -- --no-peers        # installs nothing; the same",
    "```",
    "",
    "The first run with peers installs them into `benchmarks/peers`, with their install scripts off.",
    "",
  ].join("\n");
}

function writeLine(line: ReportLine): string {
  const reached = isReached(line.goal, line.measured);
  const cells = [
    String(line.row),
    line.measure,
    writeGoal(line.goal, line.unit),
    formatValue(line.measured, line.unit),
    reached === undefined ? (line.goal === undefined ? "" : "not measured") : reached ? "yes" : "**no**",
    line.product,
    line.reference,
    line.peers,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function writeGoal(goal: Goal | undefined, unit: string): string {
  if (goal === undefined) return "for information";
  return "atMost" in goal
    ? `≤ ${formatNumber(goal.atMost)} ${unit}`
    : `≥ ${formatNumber(goal.atLeast)} ${unit}`;
}
