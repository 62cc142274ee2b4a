/** Imports a file in a process of its own and prints its peak memory, in bytes. */
import { Throughline, guardStore } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import { importSources } from "../import-sources.ts";

const [database = "", path = ""] = process.argv.slice(2);
const throughline = new Throughline(guardStore(await sqliteStore({ path: database })));
const { messagesAdded } = await importSources(throughline, [path]);
await throughline.close();
process.stdout.write(JSON.stringify({ messagesAdded, peak: process.resourceUsage().maxRSS * 1024 }));
