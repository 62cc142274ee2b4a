/** Large values that several write, delete and sweep: each is stored once, and gone with its last message. */
import { type GuardedStore, Throughline, newId, sweepBlobs } from "@throughline/core";
import { equal, holds } from "../assertions.ts";

/** The same database, opened twice. */
type Stores = readonly [GuardedStore, GuardedStore];

const pages = { type: "query", kind: "blobs", shape: "key", prefix: [], direction: "forward" } as const;

function file(data: string) {
  return [{ type: "file", mediaType: "application/pdf", data }] as const;
}

async function hashesOf({ store, tenant }: Throughline): Promise<readonly string[]> {
  const { answers } = await store.read({ tenant, requests: [{ ...pages, limit: 100 }] });
  return answers[0].rows.map(({ hash }) => hash as string);
}

async function countBlobs(throughline: Throughline): Promise<number> {
  const hashes = await hashesOf(throughline);
  return hashes.filter((hash) => !hash.startsWith("staging")).length;
}

/** A value of several pieces is stored once by two stores. `large` is text of some megabytes that can't be packed. */
export async function shareLargeValue(stores: Stores, large: string): Promise<void> {
  const [throughline, other] = [new Throughline(stores[0]), new Throughline(stores[1])];
  const { id } = await throughline.sessions.create();
  await throughline.messages.append(id, [{ id: "a", role: "user", content: file(large) }]);
  const again = [{ type: "text", text: "It again." }, ...file(large)] as const;
  await other.messages.append(id, [{ id: "b", role: "tool", content: again }]);
  equal(await countBlobs(throughline), 1, "the number of values");
  await throughline.messages.delete(id, "a");
  const { content } = await other.messages.get(id, "b");
  holds(JSON.stringify(content).includes(large), "the value went with the first of its messages");
  await other.messages.delete(id, "b");
  equal(await countBlobs(throughline), 0, "the number of values without a message");
}

/** Writers, deletions and sweeps at the same time lose nothing, and leave nothing. `values` are three large texts. */
export async function raceLargeValues(stores: Stores, values: readonly string[]): Promise<void> {
  const throughlines = stores.map((store) => new Throughline(store)) as [Throughline, Throughline];
  const [throughline] = throughlines;
  const { id: session } = await throughline.sessions.create();
  const kept = new Map<string, string>();
  const state = { isOver: false };
  const write = async (writer: number): Promise<void> => {
    const own = throughlines[writer % 2] ?? throughline;
    for (let round = 0; round < 6; round += 1) {
      const data = values[(writer + round) % values.length] ?? "";
      const id = `${writer}-${round}`;
      await own.messages.append(session, [{ id, role: "user", content: file(data) }]);
      if (round % 2 === 0) await own.messages.delete(session, id);
      else kept.set(id, data);
    }
  };
  const { store, tenant } = throughline;
  const sweep = async (): Promise<void> => {
    while (!state.isOver) {
      await sweepBlobs({ store, tenant, generateId: newId }, { hashes: await hashesOf(throughline) });
    }
  };
  const sweeping = sweep();
  await Promise.all([0, 1, 2, 3].map(write)).finally(() => {
    state.isOver = true;
  });
  await sweeping;
  const { items } = await throughline.messages.list(session, { limit: 100 });
  const found = new Map(items.map(({ id, content }) => [id, JSON.stringify(content)]));
  equal(found.size, kept.size, "the number of messages");
  for (const [id, data] of kept) {
    holds(found.get(id) === JSON.stringify(file(data)), `${id} has another value than was written`);
  }
  for (const id of kept.keys()) await throughline.messages.delete(session, id);
  equal(await countBlobs(throughline), 0, "the number of values without a message");
}
