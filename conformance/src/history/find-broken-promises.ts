/** The look for what is not as writers of a history were told. */
import type { GuardedStore, Row } from "@throughline/core";
import { entryForm, historyTenant, messageId } from "./entry-batch.ts";
import type { ToldHistory } from "./write-history.ts";
import { writeEntry } from "./write-history.ts";

type Told = Pick<ToldHistory, "acknowledged" | "refused">;

/** Of so many entries that were acknowledged last the answer must be the same when they are sent again. */
const REPEATED = 5;

/** Everything that is not as the writers were told: nothing, if the store kept its promises. No writer may be at it. */
export async function findBrokenPromises(
  store: GuardedStore,
  history: string,
  told: Told,
): Promise<string[]> {
  const wrong = (await store.check()).map(({ problem, message }) => `${problem}: ${message}`);
  const rows = await readMessages(store, history);
  const entries = findEntries(rows, wrong);
  await checkTotals(store, history, rows, [...entries.keys()], wrong);
  checkTold(entries, told, wrong);
  await checkRepeated(store, history, told, wrong);
  return wrong;
}

async function readMessages(store: GuardedStore, history: string): Promise<Row[]> {
  const rows: Row[] = [];
  let after: readonly (string | number)[] | undefined;
  do {
    const request = {
      type: "query",
      kind: "messages",
      shape: "key",
      prefix: [history],
      direction: "forward",
      limit: 1_000,
      ...(after !== undefined && { after }),
    } as const;
    const { answers } = await store.read({ tenant: historyTenant, requests: [request] });
    rows.push(...answers[0].rows);
    after = answers[0].next;
  } while (after !== undefined);
  return rows;
}

/** The entries that are there with the position of their first message. Each is whole, in a row, and there once. */
function findEntries(rows: readonly Row[], wrong: string[]): Map<string, number> {
  const entries = new Map<string, number>();
  for (let index = 0; index < rows.length;) {
    const id = String(rows[index]?.["id"]);
    const entry = id.slice(0, id.lastIndexOf("."));
    const { size } = entryForm(entry);
    const found = rows.slice(index, index + size);
    const isWhole = found.every((row, place) => row["id"] === messageId(entry, place));
    if (!isWhole || found.length < size) {
      wrong.push(`at ${index + 1}: ${entry} is not whole, or not in order`);
      index += 1;
      continue;
    }
    if (entries.has(entry)) wrong.push(`${entry} is there twice`);
    entries.set(entry, index + 1);
    index += size;
  }
  if (rows.some(({ seq }, index) => seq !== index + 1)) wrong.push("positions have gaps");
  return entries;
}

/** What the session and the counter say goes with the messages that are there. */
async function checkTotals(
  store: GuardedStore,
  history: string,
  rows: readonly Row[],
  entries: readonly string[],
  wrong: string[],
): Promise<void> {
  const { answers } = await store.read({
    tenant: historyTenant,
    requests: [
      { type: "get", kind: "sessions", keys: [[history]] },
      { type: "get", kind: "test_items", keys: [[history]] },
    ],
  });
  const [session] = answers[0];
  for (const field of ["lastSeq", "messageCount", "tokenCount"] as const) {
    if (session?.[field] !== rows.length)
      wrong.push(`${rows.length} messages, and ${field} is ${String(session?.[field])}`);
  }
  const counted = entries.filter((id) => entryForm(id).isCounted).length;
  const counter = answers[1][0]?.["rank"];
  if (counter !== counted) wrong.push(`${counted} entries were counted as ${String(counter)}`);
}

/** What was acknowledged is where its writer was told, in the feed's order; what was refused is not there. */
function checkTold(
  entries: ReadonlyMap<string, number>,
  { acknowledged, refused }: Told,
  wrong: string[],
): void {
  for (const id of refused) if (entries.has(id)) wrong.push(`${id} was refused, and is there`);
  for (const [id, { seq }] of acknowledged) {
    const found = entries.get(id);
    if (found !== seq)
      wrong.push(`${id} should be at ${seq}, and is ${found === undefined ? "lost" : `at ${found}`}`);
  }
  const places = [...acknowledged.values()].toSorted((left, right) => left.seq - right.seq);
  const isOrdered = places.every(({ position }, index) => position > (places[index - 1]?.position ?? 0));
  if (!isOrdered) wrong.push("the feed has another order than the session");
}

async function checkRepeated(
  store: GuardedStore,
  history: string,
  { acknowledged }: Told,
  wrong: string[],
): Promise<void> {
  if (wrong.length > 0) return;
  for (const [id, { seq, position }] of [...acknowledged].slice(-REPEATED)) {
    const again = await writeEntry(store, history, id);
    const isSame = again.replayed && again.seq === seq && again.position === position;
    if (!isSame) wrong.push(`${id} answers otherwise when it is sent again`);
  }
}
