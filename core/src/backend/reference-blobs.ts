/**
 * Writes down who refers to the large values of a store from before references were kept, so that they go with the last
 * message that names them. A part of bringing such a store to its second version, in stores that have no SQL to do it in.
 */
import type { Write } from "../contract/batch.ts";
import type { Filter } from "../contract/filter.ts";
import type { Page, Query } from "../contract/read.ts";
import { blobsOfMessage } from "../contract/staged-text.ts";
import type { Store } from "../contract/store.ts";
import { KEY_SHAPE, type KeyValues, type Row } from "../model/kind.ts";
import { makeRest } from "./search/rest.ts";

/** Records of one read, and of one batch. */
const atOnce = 500;

/** Messages that name a large value by its hash, as a query finds them. */
const holders: readonly Filter[] = [
  { field: "contentFormat", test: "equals", value: "blob" },
  { field: "contentFormat", test: "equals", value: "parts" },
  { field: "native", test: "contains", value: '"blob":"' },
];

type Backend = Pick<Store, "read" | "commit">;

/** Writes references as they are, each where none is, also of deleted sessions: what no batch can do. */
export type InsertReferences = (tenant: string, references: readonly Row[]) => Promise<void>;

/**
 * Goes over the messages of a tenant, then over its large values. Ended anywhere, it is begun again: what is there stays,
 * and a value can be swept only once all references of its tenant are written.
 *
 * @param store not behind a guard: messages of deleted sessions hold large values, too
 * @param now the time of its commits (milliseconds): not before the tenant's last one
 */
export async function referenceBlobs(
  store: Backend,
  tenant: string,
  now: number,
  insert: InsertReferences,
): Promise<void> {
  for (const holder of holders) {
    for await (const rows of pagesOf(store, tenant, "messages", holder, now)) {
      const references = rows.flatMap(referencesOf);
      if (references.length === 0) continue;
      await insert(tenant, references);
      await removeOfErased(store, tenant, references, now);
    }
  }
  const untouched: Filter = { field: "touchedAt", test: "equals", value: 0 };
  for await (const rows of pagesOf(store, tenant, "blobs", untouched, now)) {
    if (rows.length === 0) continue;
    await store.commit({ tenant, writes: rows.map(touch), quiet: { durable: true }, now }, {});
  }
}

function referencesOf(message: Row): readonly Row[] {
  const { sessionId, id } = message;
  return blobsOfMessage(message).map((hash) => ({
    sessionId: sessionId as string,
    hash,
    ownerKind: "messages",
    ownerId: id as string,
    revision: 1,
  }));
}

/** A session that another process has erased meanwhile: nothing that names it may come back. */
async function removeOfErased(
  store: Backend,
  tenant: string,
  references: readonly Row[],
  now: number,
): Promise<void> {
  const sessions = [...new Set(references.map(({ sessionId }) => sessionId as string))];
  const keys = sessions.map((session) => [session]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys, select: "key", hidden: true }], now },
    {},
  );
  const rows = answers[0] as readonly (Row | undefined)[];
  for (const session of sessions.filter((_, index) => rows[index] === undefined)) {
    const write: Write = {
      type: "remove-many",
      kind: "blob_references",
      shape: KEY_SHAPE,
      prefix: [session],
      limit: 1_000,
    };
    await store.commit({ tenant, writes: [write], now }, {});
  }
}

/** From here on a sweep looks at it. */
function touch({ hash, createdAt }: Row): Write {
  const touchedAt = Math.max(createdAt as number, 1);
  return { type: "update", kind: "blobs", key: [hash as string], maximum: { touchedAt } };
}

async function* pagesOf(
  store: Backend,
  tenant: string,
  kind: string,
  where: Filter,
  now: number,
): AsyncGenerator<readonly Row[], void, undefined> {
  const rest = makeRest();
  for (let after: KeyValues | undefined; ;) {
    const query: Query = {
      type: "query",
      kind,
      shape: KEY_SHAPE,
      prefix: [],
      direction: "forward",
      limit: atOnce,
      where: [where],
      select: "all",
      hidden: true,
      ...(after === undefined ? undefined : { after }),
    };
    const { answers } = await store.read({ tenant, requests: [query], now }, {});
    const { rows, next } = answers[0] as Page;
    yield rows;
    if (next === undefined) return;
    after = next;
    await rest();
  }
}
