/** Imports a file in a process of its own and prints its peak memory in bytes: once so much was read, and at the end. */
import { Throughline, guardStore } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import { importSources } from "../import-sources.ts";

const [database = "", path = "", early = ""] = process.argv.slice(2);
const throughline = new Throughline(guardStore(await sqliteStore({ path: database })));
const peak = (): number => process.resourceUsage().maxRSS * 1024;
let earlyPeak: number | undefined;
const { messagesAdded } = await importSources(throughline, [path], {
  onProgress: ({ bytes }) => {
    if (bytes >= Number(early)) earlyPeak ??= peak();
  },
});
await throughline.close();
process.stdout.write(JSON.stringify({ messagesAdded, earlyPeak, peak: peak() }));
