/**
 * A process that appends as fast as it can for a while: `hot-writer.ts <url> <writer> <milliseconds>`. It says "ready",
 * begins at a line of input, and then tells how many commits it made and how long they took.
 */
import { once } from "node:events";
import { guardStore } from "@throughline/core";
import { mongodbStore } from "../mongodb-store.ts";
import type { HotWriterReport } from "./hot-writer-report.ts";
import { appendTo, newSession, testTenant as tenant } from "./records.ts";

const [url = "", writer = "", milliseconds = "0"] = process.argv.slice(2);
const store = guardStore(await mongodbStore({ url }));
for (const id of ["shared", writer]) await store.commit({ tenant, writes: [newSession(id)] });
process.stdout.write("ready\n");
await once(process.stdin, "data");
const end = performance.now() + Number(milliseconds);
const times: number[] = [];
for (let count = 0; performance.now() < end; count += 1) {
  const began = performance.now();
  const session = count % 2 === 0 ? "shared" : writer;
  await store.commit({ tenant, writes: [appendTo(session, [`${writer}-${count}`])] });
  times.push(performance.now() - began);
}
await store.close();
const report: HotWriterReport = { commits: times.length, longestMs: Math.max(...times) };
process.stdout.write(JSON.stringify(report));
process.exit(0);
