/** A process that appends, removes and searches until it is killed: `searching-writer.ts <url> <schema> <session>`. */
import { guardStore, newId, parseTextQuery } from "@throughline/core";
import { postgresStore } from "../../postgres-store.ts";
import { newMessage, tenant } from "../../test/records.ts";

const [url = "", schema = "", session = ""] = process.argv.slice(2);
const store = guardStore(await postgresStore({ url, schema, pool: { maximum: 3 } }));
for (let round = 0; ; round += 1) {
  const messages = Array.from({ length: 20 }, () => {
    const id = newId();
    return newMessage({ id, content: `pangolin ${id}` });
  });
  const { results } = await store.commit({
    tenant,
    writes: [{ type: "append", session: [session], messages, exists: "fail" }],
  });
  const [result] = results;
  if (result?.outcome === "appended" && round % 3 === 0) {
    await store.commit({
      tenant,
      writes: [{ type: "remove", kind: "messages", key: [session, result.messages[0]?.seq ?? 1] }],
    });
  }
  await store.search({ tenant, text: parseTextQuery("pangolin"), order: "rank", limit: 5, skip: 0 });
  // So that indexing begins.
  if (round % 5 === 4) await store.prune({ changes: 0, operations: 0 });
  if (round === 3) process.stdout.write("ready\n");
}
