import type { Bench } from "../harness/bench.ts";
import { checkCount } from "../harness/check.ts";
import type { BenchmarkMessage } from "../harness/contestant.ts";
import { makeMessage } from "../harness/make-messages.ts";
import { formatValue } from "../harness/format.ts";
import { numberIn, textIn, type Facts, type ReportLine, type Row, type Task } from "../harness/row.ts";

const row = 8;
const sessionSize = 100;

/** What else stands in a line of a transcript, beside the text: about 250 bytes. */
function nativeOf({ id, role }: BenchmarkMessage): string {
  return JSON.stringify({
    type: role,
    uuid: id,
    parent_uuid: id,
    session: id,
    folder: "/home/somebody/projects/something",
    version: "2.1.40",
    branch: "main",
  });
}

/** Appends one message at a time, as conversations are written, and weighs the store. */
const measure: Task = async ({ parameters, open }) => {
  const subject = await open({ durability: "process-crash" });
  const count = numberIn(parameters, "messages");
  const form = textIn(parameters, "form");
  for (let first = 0; first < count; first += sessionSize) {
    const session = await subject.createSession(`from ${first}`);
    for (let index = first; index < first + sessionSize; index += 1) {
      const message = makeMessage(index);
      if (form === "operation") await subject.append(session, [message], message.id);
      else
        await subject.append(session, [
          form === "native" ? { ...message, native: nativeOf(message) } : message,
        ]);
    }
    await checkCount(subject, session, sessionSize);
  }
  await subject.finishIndex?.();
  const { bytes, indexBytes } = subject.diskSizes?.() ?? { bytes: Number.NaN, indexBytes: 0 };
  await subject.close();
  return { bytes: (bytes - indexBytes) / count, withIndex: bytes / count };
};

const forms = [
  { form: "neutral", what: "with a message id", atMost: 1.1 },
  { form: "operation", what: "with an operation id", atMost: 1.2 },
  { form: "native", what: "with a native payload of 250 bytes", atMost: 1.5 },
] as const;

async function run(bench: Bench): Promise<ReportLine[]> {
  const messages = bench.quick ? 5_000 : 30_000;
  const [product] = bench.contestants("product");
  const [reference] = bench.contestants("reference");
  if (product === undefined || reference === undefined) return [];
  const weigh = (contestant: typeof product, form: string): Promise<Facts | undefined> =>
    bench.prepare({ contestant, task: "measure", place: form, parameters: { messages, form } });
  const byHand = await weigh(reference, "neutral");
  const lines: ReportLine[] = [];
  for (const { form, what, atMost } of forms) {
    const facts = await weigh(product, form);
    const bytes = facts === undefined ? undefined : numberIn(facts, "bytes");
    const referenceBytes = byHand === undefined ? undefined : numberIn(byHand, "bytes");
    lines.push({
      row,
      measure: `disk, ${what}, without full text`,
      goal: { atMost },
      unit: "× reference",
      measured: bytes === undefined || referenceBytes === undefined ? undefined : bytes / referenceBytes,
      product: formatValue(bytes, "bytes/message"),
      reference: formatValue(referenceBytes, "bytes/message"),
      peers: "",
    });
    if (form === "neutral") lines.push(lineOfIndex(facts));
  }
  return lines;
}

function lineOfIndex(facts: Facts | undefined): ReportLine {
  const withIndex = facts === undefined ? undefined : numberIn(facts, "withIndex");
  return {
    row,
    measure: "disk, full text on top",
    goal: { atMost: 1.4 },
    unit: "× without",
    measured:
      facts === undefined || withIndex === undefined ? undefined : withIndex / numberIn(facts, "bytes"),
    product: formatValue(withIndex, "bytes/message"),
    reference: "",
    peers: "",
  };
}

/** Row 8: what a message takes on disk. Bytes are the same in every round, so there is one. */
export const diskRow: Row = { number: row, title: "Bytes on disk", tasks: { measure }, run };
