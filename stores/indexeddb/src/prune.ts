import type { FeedEntry, PruneTimes } from "@throughline/core";
import { answerOf, endOf, walk } from "./requests.ts";
import type { Positions } from "./commit-batch.ts";

/** Removes what is kept for a time only. The ids of erased sessions have no time, and stay. */
export async function pruneDatabase(
  transaction: IDBTransaction,
  { changes, operations }: PruneTimes,
): Promise<void> {
  await removeBefore(transaction, "operations", operations);
  await removeBefore(transaction, "removed_keys", changes);
  const tenants = transaction.objectStore("tenants");
  for (const tenant of await answerOf<string[]>(tenants.getAllKeys())) {
    const positions = await answerOf<Positions>(tenants.get(tenant));
    let { pruned } = positions;
    const range = IDBKeyRange.bound([tenant], [tenant, []]);
    await walk(transaction.objectStore("feed").openCursor(range), (cursor) => {
      const entry = cursor.value as FeedEntry;
      if (entry.at >= changes) return false;
      pruned = entry.position;
      cursor.delete();
      return true;
    });
    tenants.put({ ...positions, pruned } satisfies Positions, tenant);
  }
  await endOf(transaction);
}

/** The time of each tenant's last entry in the feed (milliseconds); 0 where all were pruned. */
export async function lastCommitTimes(
  transaction: IDBTransaction,
): Promise<readonly (readonly [tenant: string, at: number])[]> {
  const tenants = await answerOf<string[]>(transaction.objectStore("tenants").getAllKeys());
  const feed = transaction.objectStore("feed");
  return Promise.all(
    tenants.map(async (tenant) => {
      const range = IDBKeyRange.bound([tenant], [tenant, []]);
      const last = await answerOf<IDBCursorWithValue | null>(feed.openCursor(range, "prev"));
      return [tenant, (last?.value as FeedEntry | undefined)?.at ?? 0] as const;
    }),
  );
}

async function removeBefore(transaction: IDBTransaction, store: string, time: number): Promise<void> {
  const request = transaction.objectStore(store).index("at").openCursor(IDBKeyRange.upperBound(time, true));
  await walk(request, (cursor) => {
    cursor.delete();
    return true;
  });
}
