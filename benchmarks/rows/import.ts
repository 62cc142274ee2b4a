import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, Job, Results } from "../harness/bench.ts";
import { check } from "../harness/check.ts";
import { medianOf, pick } from "../harness/compare.ts";
import { formatValue } from "../harness/format.ts";
import { makeId, makeMessages } from "../harness/make-messages.ts";
import { numberIn, type ReportLine, type Row, type Task } from "../harness/row.ts";

const row = 7;
const perFile = 1000;
/** Transcripts that are imported before the time is taken. */
const warmUps = 3;
const rounds = 3;

/** A transcript of Claude Code: a line for each message, about 850 bytes. */
function makeTranscript(first: number): string {
  const session = makeId();
  let parent: string | null = null;
  return makeMessages(perFile, first)
    .map(({ id, role, text }) => {
      const content = role === "user" ? text : [{ type: "text", text }];
      const message = role === "user" ? { role, content } : { id: `msg_${id}`, role, model: "m", content };
      const common = {
        isSidechain: false,
        userType: "external",
        cwd: "/home/somebody/project",
        sessionId: session,
      };
      const times = { version: "2.1.40", timestamp: "2026-03-04T09:00:00.000Z" };
      const line = { parentUuid: parent, ...common, ...times, type: role, message, uuid: id };
      parent = id;
      return `${JSON.stringify(line)}\n`;
    })
    .join("");
}

/** Imports a folder of transcripts into an empty store. The full-text index is finished within the second time. */
const measure: Task = async ({ parameters, open }) => {
  const folder = await mkdtemp(join(tmpdir(), "throughline-transcripts-"));
  try {
    const count = numberIn(parameters, "messages");
    const writeTranscript = async (first: number): Promise<string> => {
      const path = join(folder, `${makeId()}.jsonl`);
      await writeFile(path, makeTranscript(first));
      return path;
    };
    const texts: string[] = [];
    for (let first = 0; first < count; first += perFile) texts.push(await writeTranscript(first));
    const few = Math.floor(texts.length / 5);
    const half = Math.floor(texts.length / 2);
    const subject = await open({ durability: "process-crash" });
    for (let round = 0; round < warmUps; round += 1)
      await subject.importTranscripts?.([await writeTranscript(0)]);
    const before = performance.now();
    let imported = 0;
    const peaks: number[] = [];
    for (const part of [texts.slice(0, few), texts.slice(few, half), texts.slice(half)]) {
      imported += (await subject.importTranscripts?.(part)) ?? 0;
      peaks.push(process.resourceUsage().maxRSS / 1024);
    }
    const importMs = performance.now() - before;
    await subject.finishIndex?.();
    const indexedMs = performance.now() - before;
    check(imported === count, `${String(imported)} messages were imported, expected ${count}`);
    await subject.close();
    const megabytes = process.resourceUsage().maxRSS / 1024;
    const [afterFew = 0, halfway = 0] = peaks;
    return {
      perSecond: (count / importMs) * 1000,
      indexedPerSecond: (count / indexedMs) * 1000,
      growthOfFew: megabytes / afterFew,
      growthOfHalf: megabytes / halfway,
      megabytes,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
};

async function run(bench: Bench): Promise<ReportLine[]> {
  const messages = bench.quick ? 24_000 : 100_000;
  const jobs: Job[] = [];
  for (const contestant of [...bench.contestants("product"), ...bench.contestants("reference")]) {
    // Each round needs an empty store: places are not shared.
    for (let round = 0; round < rounds; round += 1) {
      jobs.push({
        label: `${contestant.name} ${round}`,
        contestant,
        task: "measure",
        place: `${messages} in round ${round}`,
        parameters: { messages },
        rounds: 1,
      });
    }
  }
  return linesOf(await bench.measure(jobs), messages);
}

function linesOf(results: Results, messages: number): ReportLine[] {
  const middle = (name: string, fact: string): number | undefined => {
    const values = Array.from({ length: rounds }, (_, round) =>
      medianOf(results, `${name} ${round}`, pick(fact)),
    )
      .filter((value) => value !== undefined)
      .toSorted((left, right) => left - right);
    return values[Math.floor(values.length / 2)];
  };
  const speed = middle("Throughline", "perSecond");
  const byHand = middle("reference", "perSecond");
  const indexed = middle("Throughline", "indexedPerSecond");
  const unit = "messages/s";
  const what = `import of ${messages.toLocaleString("en-US")} messages in transcripts`;
  return [
    {
      row,
      measure: what,
      goal: { atLeast: 0.7 },
      unit: "× the same rows by hand",
      measured: ratio(speed, byHand),
      product: formatValue(speed, unit),
      reference: formatValue(byHand, unit),
      peers: "",
    },
    {
      row,
      measure: `${what}, until they are searchable`,
      goal: { atLeast: 15_000 },
      unit,
      measured: indexed,
      product: formatValue(indexed, unit),
      reference: formatValue(middle("reference", "indexedPerSecond"), unit),
      peers: "",
    },
    {
      row,
      measure: `memory at the end of an ${what}, against after a fifth of them`,
      goal: { atMost: 1.2 },
      unit: "× of a fifth",
      measured: middle("Throughline", "growthOfFew"),
      product: formatValue(middle("Throughline", "megabytes"), "MB"),
      reference: formatValue(middle("reference", "megabytes"), "MB"),
      peers: "",
    },
    {
      row,
      // The engine makes room for young objects as it goes on: only after that is growth the program's own.
      measure: `memory at the end of an ${what}, against halfway`,
      goal: { atMost: 1.1 },
      unit: "× of halfway",
      measured: middle("Throughline", "growthOfHalf"),
      product: "",
      reference: "",
      peers: "",
    },
  ];
}

function ratio(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}

/** Row 7: other tools' transcripts, against parsing the same lines and inserting the same rows a thousand at a time. */
export const importRow: Row = { number: row, title: "Import of transcripts", tasks: { measure }, run };
