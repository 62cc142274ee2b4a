import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { retryFairly } from "./fair-retry.ts";
import { openConnection, prepareFile } from "./open-file.ts";

/**
 * Makes a restored copy of a database tell that it is one: whoever follows its feed with a cursor from before is told to
 * start over, since the copy may give out positions again that the original gave to something else.
 *
 * @throws ThroughlineError as `sqliteStore` does, when the file can't be opened or written.
 */
export async function renewIncarnation(path: string): Promise<void> {
  const options = { path: resolve(path), readOnly: false, synced: true };
  await prepareFile(options, []);
  const connection = await retryFairly(() => openConnection(options));
  try {
    const incarnation = randomUUID();
    await retryFairly(() =>
      connection.run(`UPDATE store_info SET value = ? WHERE name = 'incarnation'`, incarnation),
    );
  } finally {
    connection.close();
  }
}
