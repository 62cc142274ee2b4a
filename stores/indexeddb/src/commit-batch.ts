/**
 * One commit is one transaction: it asks what it has to know, resolves the batch, and then makes all its writes in one
 * turn, without waiting between them. So what ends the transaction early (a foreign await, a full disk, a closed tab)
 * ends it before the first write or takes all writes back.
 */
import type {
  CheckedBatch,
  CommitResult,
  Found,
  Image,
  KeyValues,
  Kind,
  Lookup,
  Resolution,
} from "@throughline/core";
import { branches, leavesRevision, messages, resolveBatch } from "@throughline/core";
import { entryOf, keyRange, storedKey } from "./keys.ts";
import { answerOf, endOf } from "./requests.ts";

export type AnswerLookup = (transaction: IDBTransaction, tenant: string, lookup: Lookup) => Promise<Found>;

/** How far a tenant's feed has come, and up to where it was pruned. */
export interface Positions {
  readonly position: number;
  readonly pruned: number;
}

export async function positionsOf(transaction: IDBTransaction, tenant: string): Promise<Positions> {
  const positions = await answerOf<Positions | undefined>(transaction.objectStore("tenants").get(tenant));
  return positions ?? { position: 0, pruned: 0 };
}

/** Carries out a batch in a transaction over every object store. `answer` may wait for requests of it only. */
export async function commitBatch(
  transaction: IDBTransaction,
  batch: CheckedBatch,
  kinds: ReadonlyMap<string, Kind>,
  answer: AnswerLookup,
  signal?: AbortSignal,
): Promise<CommitResult> {
  try {
    const positions = await positionsOf(transaction, batch.tenant);
    signal?.throwIfAborted();
    const resolving = resolveBatch(batch, kinds);
    let step = resolving.next();
    while (step.done !== true) {
      const lookups = step.value.map((lookup) => answer(transaction, batch.tenant, lookup));
      step = resolving.next(await Promise.all(lookups));
    }
    const result = write(transaction, batch, positions, step.value);
    await endOf(transaction);
    return result;
  } catch (error) {
    abort(transaction);
    throw error;
  }
}

function write(
  transaction: IDBTransaction,
  { tenant, operation, now }: CheckedBatch,
  positions: Positions,
  { images, results, changes, user, replayed, replayOf }: Resolution,
): CommitResult {
  if (replayOf !== undefined) return { position: replayOf, replayed, results };
  // A unique key may go from one record to another: it is given up everywhere before it is taken anywhere.
  for (const image of images) {
    if (mayGiveUpKey(image)) transaction.objectStore(image.kind.name).delete(storedKey(tenant, image.key));
  }
  for (const image of images) applyImage(transaction, tenant, image, now);
  const position = positions.position + (changes.length > 0 ? 1 : 0);
  if (changes.length > 0) {
    transaction.objectStore("feed").put({ position, at: now, user, changes }, [tenant, position]);
    transaction.objectStore("tenants").put({ ...positions, position }, tenant);
  }
  if (operation !== undefined) {
    const { id, fingerprint } = operation;
    transaction.objectStore("operations").put({ fingerprint, position, results, at: now }, [tenant, id]);
  }
  return { position, replayed, results };
}

function mayGiveUpKey(image: Image): boolean {
  if (image.type !== "update") return false;
  const { kind, set } = image;
  const fields = Object.values(kind.unique).flatMap((unique) => [...unique.fields, unique.filled]);
  return fields.length > 0 && [...fields, kind.hidden ?? ""].some((field) => Object.hasOwn(set, field));
}

function applyImage(transaction: IDBTransaction, tenant: string, image: Image, now: number): void {
  const { kind, type } = image;
  const records = transaction.objectStore(kind.name);
  const removedKeys = transaction.objectStore("removed_keys");
  const key = storedKey(tenant, image.key);
  if (type !== "remove") records.put(entryOf(tenant, kind, image.row), key);
  else records.delete(key);
  if (type === "remove" && kind.hidden !== undefined) removeLog(transaction, tenant, image.key);
  if (!leavesRevision(kind)) return;
  if (type === "insert") removedKeys.delete([kind.name, ...key]);
  if (type !== "remove") return;
  // The id of a session is never free again: without a time, pruning does not find it.
  const { revision } = image;
  removedKeys.put(kind.hidden === undefined ? { revision, at: now } : { revision }, [kind.name, ...key]);
}

/** With a session goes its log: also what removed messages leave. */
function removeLog(transaction: IDBTransaction, tenant: string, session: KeyValues): void {
  const range = keyRange(tenant, { prefix: session, direction: "forward" });
  if (range === undefined) return;
  for (const { name } of [messages, branches]) transaction.objectStore(name).delete(range);
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself.
  }
}
