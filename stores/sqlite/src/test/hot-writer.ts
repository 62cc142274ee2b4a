/**
 * A process that appends as fast as it can: `hot-writer.ts <file> <writer>`. It says "ready", begins at a line of input,
 * tells how many commits it has made after every few, and ends when its input does.
 */
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { guardStore } from "@throughline/core";
import { sqliteStore } from "../sqlite-store.ts";
import { insertSession, newMessage, tenant } from "./records.ts";

const REPORT_EVERY = 10;

const [path = "", writer = ""] = process.argv.slice(2);
const store = guardStore(await sqliteStore({ path }));
await store.commit({ tenant, writes: [insertSession({ id: writer }), insertSession({ id: "shared" })] });
process.stdout.write("ready\n");
await once(process.stdin, "data");

let commits = 0;
while (!process.stdin.readableEnded) {
  const content = "A sentence of some length, as people write it.";
  const messages = [newMessage({ id: `${writer}-${commits}`, content })];
  const session = commits % 2 === 0 ? "shared" : writer;
  await store.commit({ tenant, writes: [{ type: "append", session: [session], messages, exists: "same" }] });
  commits += 1;
  if (commits % REPORT_EVERY === 0) process.stdout.write(`${commits}\n`);
  await nextTurn();
}
await store.close();
process.stdout.write(`${commits}\n`);
