import { searchBlocks, searchSegments } from "./index-kinds.ts";
import type { TenantStore } from "./tenant-store.ts";

/** Blocks removed at once. */
const BLOCKS = 250;

/** Removes a segment that no index lists. Its record goes last: it says that there may be blocks. */
export async function removeSegment(store: TenantStore, id: string): Promise<void> {
  for (;;) {
    const [result] = await store.write([
      { type: "remove-many", kind: searchBlocks.name, shape: "key", prefix: [id], limit: BLOCKS },
    ]);
    if (result === undefined || !("count" in result) || result.count < BLOCKS) break;
  }
  await store.write([{ type: "remove", kind: searchSegments.name, key: [id] }]);
}
