/** A process that opens a store, `closing-process.ts <url>`, closes it at a line of input, and should then end. */
import { once } from "node:events";
import { guardStore } from "@throughline/core";
import { mongodbStore } from "../../mongodb-store.ts";

const [url = ""] = process.argv.slice(2);
const limit = 1_500;
const timeouts = { connectMs: limit, selectMs: limit, queryMs: limit, poolMs: limit, commitMs: limit };
const store = guardStore(await mongodbStore({ url, timeouts }));
const requests = [{ type: "get", kind: "sessions", keys: [["x"]] }] as const;
// Several connections that are idle.
await Promise.all(Array.from({ length: 3 }, () => store.read({ tenant: "t", requests })));
process.stdout.write("ready\n");
await once(process.stdin, "data");
process.stdin.destroy();
// One that is in use.
const read = store.read({ tenant: "t", requests }).catch(() => undefined);
await store.close();
await read;
process.stdout.write("closed\n");
