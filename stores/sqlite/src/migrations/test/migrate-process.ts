/**
 * A process that migrates, for tests that start several or kill one.
 * It says when it is ready. Arguments: the file, and `once` (waits for a word on its input, migrates, and prints the
 * store's incarnation) or `forever` (goes up and down).
 */
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "../migrate.ts";
import { readRows } from "../schema-database.ts";

const [file = "", mode] = process.argv.slice(2);
const database = new DatabaseSync(file);
process.stdout.write("ready\n");
if (mode === "forever") {
  for (const end = performance.now() + 20_000; performance.now() < end;) {
    await migrate(database);
    await migrate(database, { to: 0 });
    await sleep(0);
  }
} else {
  await once(process.stdin, "data");
  process.stdin.destroy();
  await migrate(database);
  process.stdout.write(
    String(readRows(database, "SELECT value FROM store_info WHERE name = 'incarnation'")[0]?.[0]),
  );
}
database.close();
