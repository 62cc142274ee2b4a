import type { KeyValues } from "../../model/kind.ts";
import type { IndexContext } from "./index-context.ts";
import { searchIndexes, searchSegments } from "./index-kinds.ts";
import { stateOf } from "./index-state.ts";
import { removeSegment } from "./remove-segment.ts";

/** Removes what indexers left behind that were killed, and the indexes of other versions that nobody keeps any more. */
export async function sweepSegments({ store, version, settings }: IndexContext): Promise<void> {
  const before = store.now - settings.abandonedAfterMs;
  const indexes = await store.readPage(searchIndexes, { limit: 100, select: "plain" });
  const listed = new Set<string>();
  for (const row of indexes.rows) {
    const { segments, generation } = stateOf(row);
    if (row.version !== version && (row.changedAt as number) < before) {
      const key = [row.version as string];
      const kind = searchIndexes.name;
      await store.write(
        [{ type: "remove", kind, key }],
        [{ type: "equals", kind, key, fields: { generation } }],
      );
    } else for (const { id } of segments) listed.add(id);
  }
  let after: KeyValues | undefined;
  do {
    const page = await store.readPage(searchSegments, {
      limit: 200,
      select: "plain",
      ...(after !== undefined && { after }),
    });
    for (const { id, createdAt } of page.rows) {
      if ((createdAt as number) < before && !listed.has(id as string))
        await removeSegment(store, id as string);
    }
    after = page.next;
  } while (after !== undefined);
}
