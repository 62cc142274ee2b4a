/**
 * A process that appends until it is killed: `crash-writer.ts <file> <writer> <seed> <durability>`. After each commit it
 * prints what was acknowledged, one JSON object a line.
 */
import { writeSync } from "node:fs";
import type { Batch, GuardedStore, Write } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { sqliteStore } from "../sqlite-store.ts";
import type { Acknowledged } from "./acknowledged.ts";
import { makeRandom, pick } from "./make-random.ts";
import { insertSession, newMessage, tenant } from "./records.ts";

const [path = "", writer = "", seed = "0", durability = ""] = process.argv.slice(2);
const random = makeRandom(Number(seed));
/** Sessions that this process has appended to. */
const known = new Set<string>();
const store: GuardedStore = guardStore(
  await sqliteStore({ path, durability: durability === "power-loss" ? "power-loss" : "process-crash" }),
);

/** Batches of this process that wait at the same time, so that they share transactions. */
const CONCURRENT = 3;
const ROUNDS = 100_000;

for (let round = 0; round < ROUNDS; round += 1) {
  const count = pick(random, 1, CONCURRENT);
  await Promise.all(Array.from({ length: count }, (_, index) => append(`${writer}-${round}-${index}`)));
}

async function append(name: string): Promise<void> {
  const session = chooseSession(name);
  const size = pick(random, 1, 5);
  const messages = Array.from({ length: size }, (_, index) =>
    newMessage({
      id: `${name}-${index}`,
      content: "word ".repeat(pick(random, 1, 200)),
      tokenCount: index,
      metadata: JSON.stringify({ batch: name, size }),
    }),
  );
  const writes: Write[] = [{ type: "append", session: [session], messages, exists: "same" }];
  // Also on sessions that are there already: the insert keeps them.
  if (random() < 0.5 || !known.has(session)) writes.unshift(insertSession({ id: session }));
  const operation = random() < 0.5 ? { id: name, fingerprint: name } : undefined;
  const batch: Batch = { tenant, writes, ...(operation === undefined ? {} : { operation }) };
  const { position, results } = await store.commit(batch);
  known.add(session);
  const appended = results.at(-1);
  if (appended?.outcome !== "appended") throw new TypeError("an append answered something else");
  const acknowledged: Acknowledged = {
    batch: name,
    session,
    position,
    operation: operation !== undefined,
    messages: appended.messages.map(({ id, seq }) => ({ id, seq })),
  };
  writeSync(1, `${JSON.stringify(acknowledged)}\n`);
}

/** One session that all writers share, one of its own, and now and then a new one. */
function chooseSession(name: string): string {
  const choice = random();
  if (choice < 0.4) return "shared";
  return choice < 0.9 ? `own-${writer}` : `new-${name}`;
}
