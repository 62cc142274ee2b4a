/**
 * A process that appends as fast as it can for a while: `hot-writer.ts <file> <writer> <milliseconds>`. It says "ready",
 * begins at a line of input, and then tells how many commits it made and how long they took.
 */
import { once } from "node:events";
import { guardStore } from "@throughline/core";
import { sqliteStore } from "../sqlite-store.ts";
import type { HotWriterReport } from "./hot-writer-report.ts";
import { insertSession, newMessage, tenant } from "./records.ts";

const [path = "", writer = "", milliseconds = "0"] = process.argv.slice(2);
const store = guardStore(await sqliteStore({ path }));
await store.commit({ tenant, writes: [insertSession({ id: writer }), insertSession({ id: "shared" })] });
process.stdout.write("ready\n");
await once(process.stdin, "data");

const times: number[] = [];
const end = performance.now() + Number(milliseconds);
for (let round = 0; performance.now() < end; round += 1) {
  const messages = [
    newMessage({ id: `${writer}-${round}`, content: "A sentence of some length, as people write it." }),
  ];
  const began = performance.now();
  const session = round % 2 === 0 ? "shared" : writer;
  await store.commit({ tenant, writes: [{ type: "append", session: [session], messages, exists: "same" }] });
  times.push(performance.now() - began);
}
await store.close();
times.sort((left, right) => left - right);
const report: HotWriterReport = {
  commits: times.length,
  p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
  longestMs: times.at(-1) ?? 0,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
