import { KEY_SHAPE } from "@throughline/core";
import type { Database } from "./database.ts";
import { beginningWith, intervalAfter } from "./ordered-key.ts";
import type { StoredDocument, Tombstone } from "./row-document.ts";
import { conditionsOf } from "./scan.ts";
import { logCollections } from "./session-log.ts";

/** Documents that are changed in one command. */
const AT_ONCE = 1_000;

/**
 * Leaves of the messages and branches of a removed session their keys only. Those stay as long as the key of any removed
 * record: without them, an applier that was stalled would bring a message back. It may be broken off, and done again.
 */
export async function emptyLog(database: Database, { _id: session, p, at }: Tombstone): Promise<void> {
  for (const collection of logCollections) {
    let rest = beginningWith(session);
    for (let isLast = false; !isLast;) {
      const found = await database.find<StoredDocument>(collection, conditionsOf(KEY_SHAPE, rest), {
        sort: { _id: 1 },
        limit: AT_ONCE,
        projection: { _id: 1 },
      });
      const last = found.at(-1);
      if (last === undefined) break;
      await database.updateMany(
        collection,
        { _id: { $gte: rest.from, $lte: last._id }, gone: { $exists: false } },
        { $set: { p, at, gone: 0 }, $unset: { r: "", k: "", u: "", revision: "" } },
      );
      rest = intervalAfter(rest, "forward", last._id);
      isLast = found.length < AT_ONCE;
    }
  }
}
