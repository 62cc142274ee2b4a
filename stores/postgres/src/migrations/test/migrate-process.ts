/**
 * A process that migrates, for tests that start several or kill one. It says when it is ready. Arguments: the URL, the
 * schema, and `once` (waits for a word on its input, migrates, and prints the store's incarnation) or `forever` (goes up
 * and down).
 */
import { once } from "node:events";
import { Database } from "../../database.ts";
import { readOptions } from "../../options.ts";
import { migrate } from "../migrate.ts";

const [url = "", schema = "", mode] = process.argv.slice(2);
const database = await Database.open(readOptions({ url, schema }));
await database.use(async (connection) => {
  await connection.execute("SELECT 1");
  process.stdout.write("ready\n");
  if (mode === "forever") {
    for (const end = performance.now() + 20_000; performance.now() < end;) {
      await migrate(connection, { schema });
      await migrate(connection, { schema, to: 0 });
    }
    return;
  }
  await once(process.stdin, "data");
  process.stdin.destroy();
  await migrate(connection, { schema });
  const sql = `SELECT "value" FROM "${schema}"."store_info" WHERE "name" = 'incarnation'`;
  const [row] = await connection.query(sql);
  process.stdout.write(String(row?.[0]));
});
await database.close();
