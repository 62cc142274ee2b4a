/** `npm run bench`: measures Throughline beside the reference and its peers, and writes the table of goals. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contestants } from "./contestants.ts";
import { Bench, describeError, type BenchSettings } from "./harness/bench.ts";
import { describeMachine } from "./harness/describe-machine.ts";
import { installPeers, listPeerPackages } from "./harness/install-peers.ts";
import type { ReportLine, Row } from "./harness/row.ts";
import { runCommand } from "./harness/run-command.ts";
import { writeReport } from "./harness/write-report.ts";
import { rows } from "./rows.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const peersFolder = join(root, "benchmarks", "peers");
const defaultReport = join(root, "docs", "benchmarks.md");

const usage = `Usage: npm run bench -- [options]

  --rows 1,2      only these rows
  --quick         3 rounds and smaller sizes: for trying, not for judging
  --no-peers      without the peers that must be installed
  --sources       the product from its sources, without building it; leaves out row 12
  --output FILE   where the report goes (default: docs/benchmarks.md after a run of all, nowhere else)
`;

interface Options {
  readonly rows: readonly Row[];
  readonly quick: boolean;
  readonly peers: boolean;
  readonly fromSources: boolean;
  /** Undefined when the report is only printed: a partial run must not replace the record of a whole one. */
  readonly output: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rows: { type: "string" },
      quick: { type: "boolean", default: false },
      "no-peers": { type: "boolean", default: false },
      sources: { type: "boolean", default: false },
      output: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const whole = values.rows === undefined && !values.quick && !values["no-peers"] && !values.sources;
  return {
    rows: values.rows === undefined ? rows : values.rows.split(",").map(findRow),
    quick: values.quick,
    peers: !values["no-peers"],
    fromSources: values.sources,
    output: values.output ?? (whole ? defaultReport : undefined),
  };
}

function findRow(text: string): Row {
  const row = rows.find(({ number }) => String(number) === text.trim());
  if (row === undefined)
    throw new Error(`There is no row "${text}": ${rows.map(({ number }) => number).join(", ")}`);
  return row;
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<void> {
  const options = readOptions();
  const failures: string[] = [];
  const productReady = options.fromSources || (await tryBuild(failures));
  const peersInstalled = options.peers && (await tryInstallPeers(failures));
  const directory = await mkdtemp(join(tmpdir(), "throughline-bench-"));
  const settings: BenchSettings = {
    root,
    rounds: options.quick ? 3 : 7,
    quick: options.quick,
    rowLimitMs: options.quick ? 15_000 : 75_000,
    directory,
    contestants: contestants.filter(
      ({ role, needsInstall }) => (productReady || role !== "product") && (peersInstalled || !needsInstall),
    ),
    process: { limitMs: 180_000, fromSources: options.fromSources, environment: quietEnvironment(directory) },
    log,
  };
  try {
    const { lines, cutShort, servers } = await measureRows(options.rows, settings, failures);
    const report = writeReport(lines, {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      rounds: settings.rounds,
      cutShort,
      quick: options.quick,
      fromSources: options.fromSources,
      peers: peersInstalled ? await listPeerPackages(peersFolder) : [],
      servers,
      failures,
    });
    if (options.output !== undefined) await writeFile(options.output, report);
    process.stdout.write(report);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  for (const failure of failures) log(failure);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

/** A product that does not build is left out: its last build would be measured in its name. */
async function tryBuild(failures: string[]): Promise<boolean> {
  log("Building");
  try {
    await runCommand("npm", ["run", "build"], { directory: root, limitMs: 300_000 });
    return true;
  } catch (error) {
    failures.push(`Throughline: its build failed (${describeError(error)})`);
    return false;
  }
}

async function tryInstallPeers(failures: string[]): Promise<boolean> {
  try {
    await installPeers(peersFolder);
    return true;
  } catch (error) {
    failures.push(`Mastra Memory: not installed (${describeError(error)})`);
    return false;
  }
}

async function measureRows(
  wanted: readonly Row[],
  settings: BenchSettings,
  failures: string[],
): Promise<{ lines: readonly ReportLine[]; cutShort: readonly string[]; servers: readonly string[] }> {
  const lines: ReportLine[] = [];
  const cutShort: string[] = [];
  const servers = new Set<string>();
  for (const row of wanted) {
    const start = performance.now();
    log(`Row ${row.number}: ${row.title}`);
    const bench = new Bench(row.number, settings);
    lines.push(...(await row.run(bench)));
    failures.push(...[...bench.failures].map(([what, why]) => `Row ${row.number}, ${what}: ${why}`));
    for (const server of bench.servers) servers.add(server);
    if (bench.roundsMade !== undefined && bench.roundsMade < settings.rounds) {
      cutShort.push(`row ${row.number}: ${bench.roundsMade}`);
    }
    await rm(join(settings.directory, `row-${row.number}`), { recursive: true, force: true });
    log(`  took ${Math.round((performance.now() - start) / 1000)} s`);
  }
  return { lines, cutShort, servers: [...servers] };
}

/** No peer may call home, nor read or write the user's own settings. */
function quietEnvironment(home: string): Readonly<Record<string, string>> {
  return {
    HOME: home,
    MASTRA_TELEMETRY_DISABLED: "1",
    MASTRA_OFFLINE: "1",
    MASTRA_AUTO_REFRESH_PROVIDERS: "false",
    DO_NOT_TRACK: "1",
  };
}

await main();
