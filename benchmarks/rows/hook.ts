import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError, type Bench } from "../harness/bench.ts";
import { check } from "../harness/check.ts";
import { formatValue } from "../harness/format.ts";
import { makeId } from "../harness/make-messages.ts";
import type { ReportLine, Row } from "../harness/row.ts";
import { runCommand } from "../harness/run-command.ts";
import { median, shuffle } from "../harness/statistics.ts";

const row = 25;
const commandLimitMs = 60_000;
const together = 10;
/** Seconds of processor time that a shell and what it waited for took, as POSIX has it. */
const times = /(\d+)m(\d+(?:\.\d+)?)s (\d+)m(\d+(?:\.\d+)?)s/g;

interface Start {
  readonly wallMs: number;
  readonly processorMs: number;
}

/** What Node is started with. */
type Parts = readonly [string, string];

/**
 * Starts a program of Node with each file as its input, one after another, and tells what one start took. One shell does
 * so, because it tells processor time in hundredths of a second.
 */
async function start([first, second]: Parts, place: Place, inputs: readonly string[]): Promise<Start> {
  const script = `for input; do "$NODE" "$FIRST" "$SECOND" < "$input"; done; times`;
  const { output, elapsedMs } = await runCommand("sh", ["-c", script, "sh", ...inputs], {
    directory: place.folder,
    limitMs: commandLimitMs,
    environment: { ...place.environment, NODE: process.execPath, FIRST: first, SECOND: second },
  });
  // The first line is that of the shell itself.
  const [, children] = output.matchAll(times);
  check(children !== undefined, `the shell said ${output}`);
  const [, userMinutes, user, systemMinutes, system] = children.map(Number);
  const seconds = 60 * ((userMinutes ?? 0) + (systemMinutes ?? 0)) + (user ?? 0) + (system ?? 0);
  return { wallMs: elapsedMs / inputs.length, processorMs: (seconds * 1000) / inputs.length };
}

/** Where hooks keep their events, away from those of the user. */
interface Place {
  readonly folder: string;
  readonly spool: string;
  readonly environment: Readonly<Record<string, string>>;
}

async function makePlace(bench: Bench): Promise<Place> {
  const folder = join(bench.settings.directory, `row-${row}`, "home");
  const data = { HOME: folder, XDG_DATA_HOME: join(folder, "data"), LOCALAPPDATA: join(folder, "data") };
  const spool = join(folder, "data", "throughline", "spool");
  await mkdir(spool, { recursive: true });
  const environment = {
    ...bench.settings.process.environment,
    ...data,
    THROUGHLINE_HOOK_LINGER_SECONDS: "0",
  };
  return { folder, spool, environment };
}

/** What Claude Code says when a file was read. */
async function writeEvent(place: Place, number: number): Promise<string> {
  const path = join(place.folder, `event-${number}.json`);
  const event = {
    session_id: "benchmark",
    transcript_path: join(place.folder, "none.jsonl"),
    cwd: place.folder,
    permission_mode: "default",
    hook_event_name: "PostToolUse",
    tool_name: "Read",
    tool_input: { file_path: join(place.folder, "src", `file-${number}.ts`) },
    tool_response: { content: "const a = 1;\n".repeat(200) },
    tool_use_id: `toolu_${makeId()}`,
  };
  await writeFile(path, JSON.stringify(event));
  return path;
}

/** The least that keeps an event: read it and write it down. */
const byHand = `const { readFileSync, writeFileSync } = require("node:fs");
  const event = JSON.parse(readFileSync(0, "utf8"));
  writeFileSync("kept-" + process.pid, JSON.stringify(event));`;

/** Waits until the process that a hook has started has recorded what was kept. */
async function waitUntilRecorded(place: Place): Promise<void> {
  const end = performance.now() + commandLimitMs;
  for (;;) {
    const waiting = await readdir(join(place.spool, "events")).catch(() => []);
    const isRecording = (await readdir(place.spool)).includes("recording");
    if (waiting.length === 0 && !isRecording) return;
    check(performance.now() < end, `${waiting.length} events were not recorded`);
    await sleep(20);
  }
}

/** Counts what was recorded, by the product itself in a process of its own. */
async function countRecorded(place: Place, root: string): Promise<number> {
  const source = `import { openThroughline } from "throughline";
    const opened = await openThroughline();
    const [session] = (await opened.sessions.list({ limit: 1 })).items;
    console.log((await opened.context.get(session.id)).totals.files);
    await opened.close();`;
  const parts = ["--input-type=module", "--eval", source];
  const options = {
    directory: join(root, "benchmarks"),
    limitMs: commandLimitMs,
    environment: place.environment,
  };
  return Number((await runCommand(process.execPath, parts, options)).output);
}

type Program = "bare" | "by hand" | "hook" | "first hook";

async function measure(bench: Bench): Promise<ReadonlyMap<Program, readonly Start[]>> {
  const place = await makePlace(bench);
  const program = join(bench.settings.root, "cli", "dist", "quick-start.cjs");
  const lock = join(place.spool, "recording");
  const found = new Map<Program, Start[]>();
  let events = 0;
  const writeEvents = async (count: number): Promise<readonly string[]> =>
    Promise.all(Array.from({ length: count }, () => writeEvent(place, (events += 1))));
  const unrelated = Array.from({ length: together }, () => join(place.folder, "unrelated.json"));
  await writeFile(unrelated[0] ?? "", "{}");
  const calls: Readonly<Record<Program, () => Promise<Start>>> = {
    bare: async () => start(["--eval", "0"], place, unrelated),
    "by hand": async () => start(["--eval", byHand], place, unrelated),
    // This process says that it records: the hooks find somebody, as all but the first of a session do.
    hook: async () => {
      const inputs = await writeEvents(together);
      await writeFile(lock, String(process.pid));
      const taken = await start([program, "hook"], place, inputs);
      await rm(lock);
      return taken;
    },
    // Nobody records: the hook starts somebody.
    "first hook": async () => {
      const taken = await start([program, "hook"], place, await writeEvents(1));
      await waitUntilRecorded(place);
      return taken;
    },
  };
  const rounds = bench.quick ? 5 : 11;
  // One round more, not counted: the first start of each reads its files from the disk.
  for (let round = -1; round < rounds; round += 1) {
    for (const name of shuffle(Object.keys(calls) as Program[])) {
      const taken = await calls[name]();
      if (round >= 0) found.set(name, [...(found.get(name) ?? []), taken]);
    }
  }
  await calls["first hook"]();
  const recorded = await countRecorded(place, bench.settings.root);
  check(recorded === events, `${recorded} events were recorded of ${events}`);
  return found;
}

async function run(bench: Bench): Promise<ReportLine[]> {
  if (bench.settings.process.fromSources || bench.contestants("product").length === 0) {
    bench.settings.log("  not measured from sources: an agent's hook is that of the build");
    return [];
  }
  let found: ReadonlyMap<Program, readonly Start[]> = new Map();
  try {
    found = await measure(bench);
  } catch (error) {
    bench.fail("hook", describeError(error));
  }
  const medianOf = (name: Program, value: keyof Start): number | undefined => {
    const values = (found.get(name) ?? []).map((taken) => taken[value]);
    return values.length === 0 ? undefined : median(values);
  };
  const line = (what: string, name: Program, value: keyof Start, atMost?: number): ReportLine => {
    const [taken, bare] = [medianOf(name, value), medianOf("bare", value)];
    return {
      row,
      measure: `throughline hook from cold, ${what}, over bare Node`,
      ...(atMost === undefined ? undefined : { goal: { atMost } }),
      unit: "ms",
      measured: taken === undefined || bare === undefined ? undefined : taken - bare,
      product: formatValue(taken, "ms in all"),
      reference: `bare Node ${formatValue(bare, "ms")}; by hand ${formatValue(medianOf("by hand", value), "ms")}`,
      peers: "",
    };
  };
  return [
    line("wall time", "hook", "wallMs", 10),
    line("processor time", "hook", "processorMs", 10),
    line("wall time where nobody records yet", "first hook", "wallMs"),
  ];
}

/** Row 25: what an agent waits for when it calls its hook. */
export const hookRow: Row = { number: row, title: "Hook", tasks: {}, run };
