/**
 * The search index keeps the words of removed messages until it rewrites the parts that hold them: it is told to, in
 * small steps, when something was removed.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "./connection.ts";
import { retryFairly } from "./fair-retry.ts";

const mark = "search_index_erased";
/** Pages of the index that one step writes: others write between two steps. */
const PAGES = 500;
/** The pause after each step, by the time that it took. */
const PAUSE_FACTOR = 1;

/** Notes that words were removed, in the transaction that removes them. */
export function noteErasedWords(connection: Connection): void {
  connection.run(
    `INSERT INTO store_info (name, value) VALUES (?, '1')
    ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`,
    mark,
  );
}

/** Rewrites the index without what was removed from it; does nothing where nothing was. A kill leaves the rest to the next time. */
export async function scrubIndex(writer: () => Connection): Promise<void> {
  const noted = await retryFairly(() => readMark(writer()));
  if (noted === undefined) return;
  for (;;) {
    const began = performance.now();
    if (!(await retryFairly(() => mergeSome(writer())))) break;
    await sleep((performance.now() - began) * PAUSE_FACTOR);
  }
  await retryFairly(() => {
    // What was removed meanwhile is for the next time.
    writer().run(`DELETE FROM store_info WHERE name = ? AND value = ?`, mark, noted);
  });
  // The log may hold pages as they were before.
  await retryFairly(() => writer().exec("PRAGMA wal_checkpoint(TRUNCATE)"));
}

function readMark(connection: Connection): string | undefined {
  const value = connection.readRow(`SELECT value FROM store_info WHERE name = ?`, mark)?.[0];
  return value === undefined ? undefined : String(value);
}

/** One step; false if there was nothing left to do. */
function mergeSome(connection: Connection): boolean {
  const before = connection.readNumber("SELECT total_changes()");
  connection.run(`INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)`, -PAGES);
  // The insert itself counts as one change.
  return connection.readNumber("SELECT total_changes()") - before >= 2;
}
