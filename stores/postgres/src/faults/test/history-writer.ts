/** A process that writes histories as it is told: `history-writer.ts <url> <schema> <writer> <lanes>`. */
import { createInterface } from "node:readline";
import { testKinds, writeAsTold } from "@throughline/conformance";
import { guardStore } from "@throughline/core";
import { postgresStore } from "../../postgres-store.ts";

const [url = "", schema = "", writer = "", lanes = "1"] = process.argv.slice(2);
const store = guardStore(await postgresStore({ url, schema, kinds: testKinds, pool: { maximum: 4 } }), {
  resendForMs: 60_000,
});
await writeAsTold(store, {
  writer,
  lanes: Number(lanes),
  lines: createInterface({ input: process.stdin }),
  say: (line) => void process.stdout.write(`${line}\n`),
});
process.exit(0);
