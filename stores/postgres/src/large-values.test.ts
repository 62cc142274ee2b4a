/** Large values while several write, delete and sweep them at the same time. */
import { randomBytes } from "node:crypto";
import { type GuardedStore, Throughline, guardStore, newId, sweepBlobs } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { postgresStore } from "./postgres-store.ts";
import { dropSchema } from "./test/raw-connection.ts";

let schema = "";
let stores: GuardedStore[] = [];

beforeEach(async () => {
  schema = testPostgresSchema();
  stores = [];
  for (let index = 0; index < 2; index += 1)
    stores.push(guardStore(await postgresStore({ url: testPostgresUrl(), schema })));
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await dropSchema(schema);
});

const values = Array.from({ length: 3 }, () => randomBytes(120_000).toString("base64"));

function file(data: string) {
  return [{ type: "file", mediaType: "application/pdf", data }] as const;
}

async function countBlobs({ store, tenant }: Throughline): Promise<number> {
  const query = {
    type: "query",
    kind: "blobs",
    shape: "key",
    prefix: [],
    direction: "forward",
    limit: 100,
  } as const;
  const { answers } = await store.read({ tenant, requests: [query] });
  return answers[0].rows.filter(({ hash }) => !(hash as string).startsWith("staging")).length;
}

test("a value of several pieces is stored once, and gone with its last message", async () => {
  const [tl = never(), other = never()] = stores.map((store) => new Throughline(store));
  const large = randomBytes(5_000_000).toString("base64");
  const session = (await tl.sessions.create()).id;
  await tl.messages.append(session, [{ id: "a", role: "user", content: file(large) }]);
  await other.messages.append(session, [
    { id: "b", role: "tool", content: [{ type: "text", text: "It again." }, ...file(large)] },
  ]);
  expect(await countBlobs(tl)).toBe(1);
  await tl.messages.delete(session, "a");
  const { content } = await other.messages.get(session, "b");
  expect(JSON.stringify(content).includes(large)).toBe(true);
  await other.messages.delete(session, "b");
  expect(await countBlobs(tl)).toBe(0);
});

test("writers, deletions and sweeps at the same time lose nothing, and leave nothing", async () => {
  const tls = stores.map((store) => new Throughline(store));
  const [tl = never()] = tls;
  const session = (await tl.sessions.create()).id;
  const kept = new Map<string, string>();
  const writing = new AbortController();
  const write = async (writer: number): Promise<void> => {
    const own = tls[writer % tls.length] ?? tl;
    for (let round = 0; round < 6; round += 1) {
      const data = values[(writer + round) % values.length] ?? "";
      const id = `${writer}-${round}`;
      await own.messages.append(session, [{ id, role: "user", content: file(data) }]);
      if (round % 2 === 0) await own.messages.delete(session, id);
      else kept.set(id, data);
    }
  };
  const sweep = async (): Promise<void> => {
    const { store, tenant } = tl;
    while (!writing.signal.aborted) {
      const query = {
        type: "query",
        kind: "blobs",
        shape: "key",
        prefix: [],
        direction: "forward",
        limit: 100,
      } as const;
      const { answers } = await store.read({ tenant, requests: [query] });
      await sweepBlobs(
        { store, tenant, generateId: newId },
        { hashes: answers[0].rows.map(({ hash }) => hash as string) },
      );
    }
  };
  const sweeping = sweep();
  await Promise.all([0, 1, 2, 3].map(write)).finally(() => writing.abort());
  await sweeping;
  const { items } = await tl.messages.list(session, { limit: 100 });
  const found = new Map(items.map(({ id, content }) => [id, JSON.stringify(content)]));
  expect(found.size).toBe(kept.size);
  for (const [id, data] of kept) expect(found.get(id) === JSON.stringify(file(data)), id).toBe(true);
  for (const id of kept.keys()) await tl.messages.delete(session, id);
  expect(await countBlobs(tl)).toBe(0);
});

function never(): never {
  throw new Error("The stores are opened before each test.");
}
