/** What the second version asks of a database of the first: references to its large values. */
import { type InsertReferences, type Store, blobReferences, keyOf, referenceBlobs } from "@throughline/core";
import type { Database } from "./database.ts";
import { INFO, LOG } from "./log-document.ts";
import { type StoreInfo, infoId } from "./open-database.ts";
import { lastCommitTime } from "./prune-database.ts";
import { documentOf } from "./row-document.ts";

/** Does what is left of it. A process that is killed meanwhile leaves it to the next; several may do it at once. */
export async function referenceOldBlobs(database: Database, store: Store): Promise<void> {
  const info = await database.findOne<StoreInfo>(INFO, infoId);
  if (info?.unreferenced !== true) return;
  for (const tenant of await database.distinct(LOG, "tenant", {})) {
    const time = await lastCommitTime(database, tenant);
    await referenceBlobs(store, tenant, time, insertReferences(database, time));
  }
  await database.upsert(INFO, infoId, { $unset: { unreferenced: "" } });
}

/** Below every slot of the log, so that whatever a batch says of them counts. */
const beforeAll = 0;

function insertReferences(database: Database, now: number): InsertReferences {
  return async (tenant, references) => {
    const documents = references.map((row) =>
      documentOf(
        tenant,
        { type: "insert", kind: blobReferences, key: keyOf(blobReferences, row), row },
        beforeAll,
        now,
      ),
    );
    await database.insertNew(blobReferences.name, documents);
  };
}
