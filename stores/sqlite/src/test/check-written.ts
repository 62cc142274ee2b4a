import type { GuardedStore, Row } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { openDatabase } from "../driver.ts";
import { sqliteStore } from "../sqlite-store.ts";
import type { Acknowledged } from "./acknowledged.ts";
import { newMessage, tenant } from "./records.ts";

/** Answers everything that is wrong with a file to which these batches were acknowledged. */
export async function checkWritten(path: string, acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const store = guardStore(await sqliteStore({ path, durability: "process-crash" }));
  try {
    const wrong = (await store.check()).map(({ problem, message }) => `${problem}: ${message}`);
    const rows = await readMessages(store, wrong);
    checkBatches(rows, wrong);
    checkAcknowledged(rows, acknowledged, wrong);
    await checkOperations(store, acknowledged.filter(({ operation }) => operation).slice(-5), wrong);
    return [...wrong, ...checkIntegrity(path)];
  } finally {
    await store.close();
  }
}

function checkIntegrity(path: string): string[] {
  const database = openDatabase(path, { readOnly: false });
  const lines = database.prepare("PRAGMA integrity_check").all();
  database.close();
  return lines.map(([line]) => String(line)).filter((line) => line !== "ok");
}

/** Reads every session, and its messages, whose positions must be 1, 2, 3 and so on. */
async function readMessages(store: GuardedStore, wrong: string[]): Promise<Row[]> {
  const rows: Row[] = [];
  const sessions = await readAll(store, "sessions", []);
  for (const session of sessions) {
    const messages = await readAll(store, "messages", [session.id as string]);
    const name = `session ${String(session.id)}`;
    if (messages.some(({ seq }, index) => seq !== index + 1)) wrong.push(`${name} has a gap`);
    for (const field of ["lastSeq", "messageCount"]) {
      if (session[field] !== messages.length) wrong.push(`${name}: ${field} is ${String(session[field])}`);
    }
    rows.push(...messages);
  }
  return rows;
}

async function readAll(store: GuardedStore, kind: string, prefix: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  let after: readonly (string | number)[] | undefined;
  do {
    const request = {
      type: "query",
      kind,
      shape: "key",
      prefix,
      direction: "forward",
      limit: 1_000,
    } as const;
    const { answers } = await store.read({
      tenant,
      requests: [{ ...request, ...(after === undefined ? {} : { after }) }],
    });
    rows.push(...answers[0].rows);
    after = answers[0].next;
  } while (after !== undefined);
  return rows;
}

/** A batch is there whole, in a row, or not at all. */
function checkBatches(rows: readonly Row[], wrong: string[]): void {
  const found = new Map<string, Row[]>();
  const sizes = new Map<string, number>();
  for (const row of rows) {
    const { batch, size } = JSON.parse(row.metadata as string) as { batch: string; size: number };
    found.set(batch, [...(found.get(batch) ?? []), row]);
    sizes.set(batch, size);
  }
  for (const [batch, messages] of found) {
    if (messages.length !== sizes.get(batch)) wrong.push(`batch ${batch} is there in part, or twice`);
    const first = messages[0];
    const isInOrder = messages.every(
      ({ sessionId, seq, id }, index) =>
        sessionId === first?.sessionId &&
        seq === (first?.seq as number) + index &&
        id === `${batch}-${index}`,
    );
    if (!isInOrder) wrong.push(`batch ${batch} is not in order`);
  }
}

/** What was acknowledged is there once, where its writer was told, in the order in which it was told. */
function checkAcknowledged(
  rows: readonly Row[],
  acknowledged: readonly Acknowledged[],
  wrong: string[],
): void {
  const places = new Map<string, string[]>();
  for (const { sessionId, seq, id } of rows) {
    places.set(id as string, [...(places.get(id as string) ?? []), `${String(sessionId)} ${String(seq)}`]);
  }
  const last = new Map<string, number>();
  for (const { batch, session, messages } of acknowledged) {
    for (const { id, seq } of messages) {
      if (places.get(id)?.join() !== `${session} ${seq}`)
        wrong.push(`acknowledged ${id} is at ${places.get(id)?.join()}`);
    }
    const writer = `${batch.split("-")[0]} ${session}`;
    const seq = messages[0]?.seq ?? 0;
    if (seq <= (last.get(writer) ?? 0)) wrong.push(`batch ${batch} is out of order`);
    last.set(writer, seq);
  }
}

/** An operation that was acknowledged answers the same again, and writes nothing. */
async function checkOperations(
  store: GuardedStore,
  acknowledged: readonly Acknowledged[],
  wrong: string[],
): Promise<void> {
  for (const { batch, session, messages, position } of acknowledged) {
    const again = await store.commit({
      tenant,
      operation: { id: batch, fingerprint: batch },
      writes: [
        { type: "append", session: [session], messages: [newMessage({ id: "never" })], exists: "same" },
      ],
    });
    const appended = again.results.at(-1);
    const seqs = appended?.outcome === "appended" ? appended.messages.map(({ seq }) => seq).join() : "";
    const isSame =
      again.replayed && again.position === position && seqs === messages.map(({ seq }) => seq).join();
    if (!isSame) wrong.push(`the operation ${batch} answers otherwise`);
  }
}
