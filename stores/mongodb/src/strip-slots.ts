import type { Database } from "./database.ts";
import type { LogDocument, Mark } from "./log-document.ts";
import { LOG, MARKS, PARTS, partId } from "./log-document.ts";

/** Takes the images away of documents that the mark has passed: what stays is the feed. */
export async function stripSlots(
  database: Database,
  documents: readonly Pick<LogDocument, "_id" | "token" | "parts">[],
): Promise<void> {
  if (documents.length === 0) return;
  await database.updateMany(
    LOG,
    { _id: { $in: documents.map(({ _id }) => _id) } },
    { $unset: { open: "", images: "", parts: "" } },
  );
  const parts = documents.flatMap(({ token, parts: count = 0 }) =>
    Array.from({ length: count }, (_, part) => partId(token, part)),
  );
  if (parts.length > 0) await database.deleteMany(PARTS, { _id: { $in: parts } });
}

/** Strips what processes that are gone have left: documents of a tenant that the mark has passed. */
export async function stripPassed(database: Database, tenant: string): Promise<void> {
  const mark = await database.findOne<Mark>(MARKS, tenant);
  const left = await database.find<LogDocument>(
    LOG,
    { open: true, tenant, slot: { $lte: mark?.slot ?? 0 } },
    { projection: { token: 1, parts: 1 } },
  );
  await stripSlots(database, left);
}
