/**
 * A process that commits as fast as it can for a while: `hot-writer.ts <url> <schema> <writer> <milliseconds>`. It says
 * "ready", begins at a line of input, and then tells how many commits it made and how long the longest took.
 */
import { once } from "node:events";
import { guardStore } from "@throughline/core";
import { postgresStore } from "../postgres-store.ts";
import { append, insertSession, tenant } from "./records.ts";

export interface HotWriterReport {
  readonly appended: number;
  readonly changed: number;
  readonly p50Ms: number;
  readonly longestMs: number;
}

const [url = "", schema = "", writer = "", milliseconds = "0"] = process.argv.slice(2);
const store = guardStore(await postgresStore({ url, schema, pool: { maximum: 3 } }));
await store.commit({ tenant, writes: [insertSession({ id: writer }), insertSession({ id: "shared" })] });
process.stdout.write("ready\n");
await once(process.stdin, "data");

const times: number[] = [];
let changed = 0;
const end = performance.now() + Number(milliseconds);
for (let round = 0; performance.now() < end; round += 1) {
  const began = performance.now();
  if (round % 4 === 3) {
    // Resolved against what the others change all the time.
    const writes = [{ type: "update", kind: "sessions", key: ["shared"], increment: { forks: 1 } }] as const;
    await store.commit({ tenant, writes });
    changed += 1;
  } else {
    await store.commit({
      tenant,
      writes: [append(round % 2 === 0 ? "shared" : writer, `${writer}-${round}`)],
    });
  }
  times.push(performance.now() - began);
}
await store.close();
times.sort((left, right) => left - right);
const report: HotWriterReport = {
  appended: times.length - changed,
  changed,
  p50Ms: times[Math.floor(times.length / 2)] ?? 0,
  longestMs: times.at(-1) ?? 0,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
