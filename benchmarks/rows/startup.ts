import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeError, type Bench } from "../harness/bench.ts";
import { formatValue } from "../harness/format.ts";
import { measureInstall, type InstallFacts } from "../harness/measure-install.ts";
import type { ReportLine, Row } from "../harness/row.ts";
import { runCommand } from "../harness/run-command.ts";
import { median, shuffle } from "../harness/statistics.ts";

const row = 12;
const commandLimitMs = 60_000;
const installLimitMs = 180_000;
const core = "@throughline/core";
const store = "@throughline/store-sqlite";
/** What the store needs of this workspace beside core. */
const shared = "@throughline/store-sql";

/** A program whose start is measured, as a user's Node runs it: from the build, with no condition. */
interface Program {
  readonly name: string;
  readonly parts: readonly string[];
  readonly directory: string;
}

function moduleProgram(name: string, directory: string, source: string): Program {
  return { name, directory, parts: ["--input-type=module", "--eval", source] };
}

function openingSource(path: string): string {
  return `import { openThroughline } from "throughline";
    const opened = await openThroughline({ store: ${JSON.stringify(`sqlite:${path}`)} });
    await opened.sessions.list({ limit: 1 });
    await opened.close();`;
}

function mastraSource(path: string): string {
  return `import { Memory } from "@mastra/memory"; import { LibSQLStore } from "@mastra/libsql";
    const storage = new LibSQLStore({ id: "benchmark", url: ${JSON.stringify(`file:${path}`)} });
    await storage.init(); new Memory({ storage }); process.exit(0);`;
}

/** The wall time of each program, started in turn in shuffled rounds; undefined for one that fails. */
async function timePrograms(
  bench: Bench,
  programs: readonly Program[],
): Promise<Map<string, number | undefined>> {
  const times = new Map<string, number[]>(programs.map(({ name }) => [name, []]));
  const rounds = bench.quick ? 7 : 21;
  // One round more, not counted: the first start of each reads its files from the disk.
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, parts, directory } of shuffle(programs.filter((program) => times.has(program.name)))) {
      try {
        const options = {
          directory,
          limitMs: commandLimitMs,
          environment: bench.settings.process.environment,
        };
        const { elapsedMs } = await runCommand(process.execPath, parts, options);
        if (round >= 0) times.get(name)?.push(elapsedMs);
      } catch (error) {
        bench.fail(name, describeError(error));
        times.delete(name);
      }
    }
  }
  return new Map(
    programs.map(({ name }) => [name, times.has(name) ? median(times.get(name) ?? []) : undefined]),
  );
}

function over(times: ReadonlyMap<string, number | undefined>, name: string): number | undefined {
  const time = times.get(name);
  const bare = times.get("bare");
  return time === undefined || bare === undefined ? undefined : time - bare;
}

/** What the published command loads: beside the sources it would run those. */
function findCommand(root: string): string {
  return join(root, "cli", "dist", "main.js");
}

/** Packs core and SQLite store, installs the tarballs in an empty folder as a user would, and looks at it. */
async function installProduct(root: string, folder: string): Promise<InstallFacts> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const packages = [core, shared, store].flatMap((name) => ["--workspace", name]);
  const pack = ["pack", "--json", "--ignore-scripts", ...packages, "--pack-destination", folder];
  const { output } = await runCommand("npm", pack, { directory: root, limitMs: installLimitMs });
  const tarballs = readTarballNames(output).map((name) => join(folder, name));
  const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs];
  await runCommand("npm", install, { directory: folder, limitMs: installLimitMs });
  // What is weighed must be able to run: a package without its build would be light.
  await runCommand(
    process.execPath,
    ["--input-type=module", "--eval", `import "${core}"; import "${store}";`],
    {
      directory: folder,
      limitMs: commandLimitMs,
    },
  );
  return measureInstall(join(folder, "node_modules"));
}

/** npm answers a list of packed packages, newer versions an object of them. */
function readTarballNames(output: string): string[] {
  const packed = JSON.parse(output) as Record<string, { readonly filename: string }>;
  return Object.values(packed).map(({ filename }) => filename);
}

async function attempt<Value>(
  bench: Bench,
  what: string,
  work: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    bench.fail(what, describeError(error));
    return undefined;
  }
}

async function run(bench: Bench): Promise<ReportLine[]> {
  const { root } = bench.settings;
  if (bench.settings.process.fromSources) {
    bench.settings.log("  not measured from sources: a user's start is that of the build");
    return [];
  }
  const folder = join(bench.settings.directory, `row-${row}`);
  await mkdir(folder, { recursive: true });
  const inBenchmarks = join(root, "benchmarks");
  const inPeers = join(inBenchmarks, "peers");
  const withMastra = bench.contestants().some(({ needsInstall }) => needsInstall);
  const withProduct = bench.contestants("product").length > 0;
  const command = withProduct ? findCommand(root) : undefined;

  const programs = [
    moduleProgram("bare", inBenchmarks, ""),
    ...(withProduct ? [moduleProgram("open", inBenchmarks, openingSource(join(folder, "store.db")))] : []),
    ...(command === undefined ? [] : [{ name: "help", parts: [command, "--help"], directory: folder }]),
    ...(withMastra ? [moduleProgram("mastra", inPeers, mastraSource(join(folder, "mastra.db")))] : []),
  ];
  const times = await timePrograms(bench, programs);
  const installed = withProduct
    ? await attempt(bench, "installing", () => installProduct(root, join(folder, "install")))
    : undefined;
  const mastra = withMastra ? await measureInstall(join(inPeers, "node_modules")) : undefined;
  const bare = formatValue(times.get("bare"), "ms");
  const mastraTime = over(times, "mastra");
  return [
    {
      row,
      measure: "open an embedded store, read and close, over bare Node",
      goal: { atMost: 30 },
      unit: "ms",
      measured: over(times, "open"),
      product: formatValue(times.get("open"), "ms in all"),
      reference: `bare Node ${bare}`,
      peers: mastraTime === undefined ? "" : `Mastra Memory ${formatValue(mastraTime, "ms")}`,
    },
    {
      row,
      measure: "throughline --help",
      goal: { atMost: 120 },
      unit: "ms",
      measured: times.get("help"),
      product: formatValue(times.get("help"), "ms"),
      reference: `bare Node ${bare}`,
      peers: "",
    },
    ...installLines(installed, mastra),
  ];
}

function installLines(installed: InstallFacts | undefined, mastra: InstallFacts | undefined): ReportLine[] {
  const what: readonly { measure: string; atMost: number; unit: string; value: keyof InstallFacts }[] = [
    { measure: "install of core with the SQLite store, unpacked", atMost: 5, unit: "MB", value: "megabytes" },
    { measure: "native modules in it", atMost: 0, unit: "files", value: "nativeFiles" },
    {
      measure: "packages in it with an install script",
      atMost: 0,
      unit: "packages",
      value: "installScripts",
    },
  ];
  return what.map(({ measure, atMost, unit, value }) => ({
    row,
    measure,
    goal: { atMost },
    unit,
    measured: installed?.[value],
    product: formatValue(installed?.[value], unit),
    reference: "",
    peers: mastra === undefined ? "" : `Mastra Memory ${formatValue(mastra[value], unit)}`,
  }));
}

/** Row 12: what it costs to have it at all. */
export const startupRow: Row = { number: row, title: "Start and install", tasks: {}, run };
