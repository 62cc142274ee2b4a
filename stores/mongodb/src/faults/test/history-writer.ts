/** A process that writes histories as it is told: `history-writer.ts <url> <writer> <lanes>`. */
import { createInterface } from "node:readline";
import { testKinds, writeAsTold } from "@throughline/conformance";
import { guardStore } from "@throughline/core";
import { mongodbStore } from "../../mongodb-store.ts";

const [url = "", writer = "", lanes = "1"] = process.argv.slice(2);
const store = guardStore(await mongodbStore({ url, kinds: testKinds }), { resendForMs: 60_000 });
await writeAsTold(store, {
  writer,
  lanes: Number(lanes),
  lines: createInterface({ input: process.stdin }),
  say: (line) => void process.stdout.write(`${line}\n`),
});
process.exit(0);
