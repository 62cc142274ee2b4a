/** A process that serves an SQLite file until it is killed: `serving-process.ts <file> <port>`. */
import { testKinds } from "@throughline/conformance";
import { sqliteStore } from "@throughline/store-sqlite";
import { serveStore } from "./serve-store.ts";

const [path = "", port = ""] = process.argv.slice(2);
// Whoever started it is gone when its standard input ends.
process.stdin.resume().on("end", () => process.exit());
await serveStore(await sqliteStore({ path, kinds: testKinds, durability: "process-crash" }), {
  port: Number(port),
});
process.stdout.write("ready\n");
