/**
 * A process that writes histories: `history-writer.ts <url> <schema> <writer> <lanes>`. A line with the name of a history
 * lets it begin, an empty line ends that; it says each event in a line, and "over" when it has all answers.
 */
import { createInterface } from "node:readline";
import { testKinds, writeHistory } from "@throughline/conformance";
import { guardStore } from "@throughline/core";
import { postgresStore } from "../../postgres-store.ts";

const [url = "", schema = "", writer = "", lanes = "1"] = process.argv.slice(2);
const store = guardStore(await postgresStore({ url, schema, kinds: testKinds, pool: { maximum: 4 } }), {
  resendForMs: 60_000,
});
const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
let history = "";
const write = async (name: string): Promise<void> => {
  await writeHistory(store, {
    history: name,
    writer,
    lanes: Number(lanes),
    isOver: () => history !== name,
    tell: say,
  });
  say("over");
};
say("ready");
for await (const line of createInterface({ input: process.stdin })) {
  history = line;
  if (line !== "") {
    void write(line).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    });
  }
}
process.exit(0);
