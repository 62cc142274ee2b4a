/** Forgets what is kept for a time only. */
import type { Kind, PruneTimes } from "@throughline/core";
import type { Database } from "./database.ts";
import type { LogDocument } from "./log-document.ts";
import { LOG, MARKS, OPERATIONS, PARTS } from "./log-document.ts";
import { readFloor } from "./read-changes.ts";
import type { StoredDocument } from "./row-document.ts";
import { stripPassed } from "./strip-slots.ts";

/**
 * What nobody can have forgotten yet stays so much longer, empty: a slot of the log that a stalled writer would take for
 * free, and the key of a removed record that a stalled applier would bring back.
 */
const STALLED_MS = 24 * 60 * 60 * 1_000;
const AT_ONCE = 500;
const ROWS_AT_ONCE = 1_000;

export async function pruneDatabase(
  database: Database,
  kinds: ReadonlyMap<string, Kind>,
  tenants: readonly string[],
  before: PruneTimes,
): Promise<void> {
  for (const tenant of tenants) {
    await stripPassed(database, tenant);
    await pruneFeed(database, tenant, before.changes);
  }
  const stalled = before.changes - STALLED_MS;
  await database.deleteMany(PARTS, { at: { $lt: stalled } });
  await database.deleteMany(OPERATIONS, { at: { $lt: before.operations } });
  for (const { name, hidden } of kinds.values()) {
    // The id of a session is never free again.
    if (hidden !== undefined) continue;
    await inSteps(database, name, { at: { $lt: before.changes }, gone: { $gt: 0 } }, (some) =>
      database.updateMany(name, some, { $set: { gone: 0 } }),
    );
    // Those of a removed session's messages are among them.
    await inSteps(database, name, { at: { $lt: stalled }, gone: 0 }, (some) =>
      database.deleteMany(name, some),
    );
  }
}

/** The time of a tenant's last commit (milliseconds); 0: there was none. */
export async function lastCommitTime(database: Database, tenant: string): Promise<number> {
  const projection = { at: 1 } as const;
  const [last] = await database.find<LogDocument>(
    LOG,
    { tenant },
    { sort: { slot: -1 }, limit: 1, projection },
  );
  return last?.at ?? 0;
}

/** Acts on the documents of which something is so, until it is so of none: a session may have left a hundred thousand. */
async function inSteps(
  database: Database,
  collection: string,
  conditions: Readonly<Record<string, unknown>>,
  act: (conditions: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  for (;;) {
    const found = await database.find<StoredDocument>(collection, conditions, {
      limit: ROWS_AT_ONCE,
      projection: { _id: 1 },
    });
    if (found.length === 0) return;
    // Asked again of each: somebody may have written it since.
    await act({ ...conditions, _id: { $in: found.map(({ _id }) => _id) } });
    if (found.length < ROWS_AT_ONCE) return;
  }
}

async function pruneFeed(database: Database, tenant: string, before: number): Promise<void> {
  const floor = await findFloor(database, tenant, before);
  if (floor > 0) {
    // First the floor: who reads entries asks for it afterwards.
    await database.upsert(MARKS, tenant, { $max: { floor } });
    await database.updateMany(
      LOG,
      { tenant, position: { $lte: floor }, entries: { $ne: [] } },
      { $set: { entries: [] } },
    );
  }
  const [newest] = await database.find<LogDocument>(
    LOG,
    { tenant },
    { sort: { slot: -1 }, limit: 1, projection: { slot: 1 } },
  );
  if (newest === undefined) return;
  await database.deleteMany(LOG, {
    tenant,
    slot: { $lt: newest.slot },
    position: { $lte: floor },
    open: { $exists: false },
    at: { $lt: before - STALLED_MS },
  });
}

/** The position of the last entry before the first one that stays. */
async function findFloor(database: Database, tenant: string, before: number): Promise<number> {
  let floor = await readFloor(database, tenant);
  for (let from = floor; ;) {
    const documents = await database.find<LogDocument>(
      LOG,
      { tenant, position: { $gt: from } },
      { sort: { position: 1, slot: 1 }, limit: AT_ONCE, projection: { position: 1, entries: 1 } },
    );
    for (const { position, at } of documents.flatMap(({ entries }) => entries)) {
      if (at >= before) return floor;
      floor = Math.max(floor, position);
    }
    const last = documents.at(-1);
    if (last === undefined) return floor;
    from = last.position;
  }
}
