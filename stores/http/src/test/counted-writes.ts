/** Writes that show when one of them got lost or was carried out twice, and the look for it. */
import { type GuardedStore, type NewMessage, completeRecord, messages, sessions } from "@throughline/core";
import { testItems } from "@throughline/conformance";

export const tenant = "t";
const session = "s";
const counter = "c";

/** Makes the session and the counter that every write is to. */
export async function beginCounting(store: GuardedStore): Promise<void> {
  await store.commit({
    tenant,
    writes: [
      {
        type: "insert",
        kind: "sessions",
        record: completeRecord(sessions, { id: session, status: "active" }),
        exists: "keep",
      },
      {
        type: "insert",
        kind: "test_items",
        record: completeRecord(testItems, { id: counter }),
        exists: "keep",
      },
    ],
  });
}

/** Appends a message and adds one to the counter, in one batch without an operation id of its own. */
export async function countOne(store: GuardedStore, id: string): Promise<{ readonly seq: number }> {
  const { results } = await store.commit({
    tenant,
    writes: [
      { type: "append", session: [session], messages: [newMessage(id)], exists: "fail" },
      { type: "update", kind: "test_items", key: [counter], increment: { rank: 1 } },
    ],
  });
  const [appended] = results;
  if (appended?.outcome !== "appended") throw new TypeError("an append answered something else");
  return { seq: appended.messages[0]?.seq ?? 0 };
}

function newMessage(id: string): NewMessage {
  const {
    sessionId: _session,
    seq: _seq,
    parentSeq: _parent,
    removedAt: _removed,
    ...record
  } = completeRecord(messages, { id, role: "user", content: `Message ${id}` });
  return { record };
}

/** What became of writes, as their writers were told. */
export interface Told {
  /** Ids with the positions that were answered. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly refused: ReadonlySet<string>;
}

/** Everything that is not as the writers were told: nothing, if the store kept its promises. */
export async function findBrokenPromises(
  store: GuardedStore,
  { acknowledged, refused }: Told,
): Promise<string[]> {
  const wrong = (await store.check()).map(({ message }) => message);
  const places = await readPlaces(store);
  const seqs = [...places.values()].flat().toSorted((left, right) => left - right);
  if (seqs.some((seq, index) => seq !== index + 1)) wrong.push("positions have gaps");
  for (const [id, all] of places) {
    if (all.length > 1) wrong.push(`${id} is there ${all.length} times`);
    if (refused.has(id)) wrong.push(`${id} was refused, and is there`);
  }
  for (const [id, seq] of acknowledged) {
    if (places.get(id)?.join() !== `${seq}`)
      wrong.push(`${id} should be at ${seq}, and is at ${places.get(id)?.join()}`);
  }
  const { answers } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "test_items", keys: [[counter]] }],
  });
  const count = answers[0][0]?.["rank"];
  if (count !== seqs.length) wrong.push(`${seqs.length} messages were counted as ${String(count)}`);
  return wrong;
}

async function readPlaces(store: GuardedStore): Promise<Map<string, number[]>> {
  const places = new Map<string, number[]>();
  let after: readonly (string | number)[] | undefined;
  do {
    const query = {
      type: "query",
      kind: "messages",
      shape: "key",
      prefix: [session],
      direction: "forward",
      limit: 500,
    } as const;
    const { answers } = await store.read({
      tenant,
      requests: [{ ...query, ...(after !== undefined && { after }) }],
    });
    for (const { id, seq } of answers[0].rows) {
      places.set(id as string, [...(places.get(id as string) ?? []), seq as number]);
    }
    after = answers[0].next;
  } while (after !== undefined);
  return places;
}
