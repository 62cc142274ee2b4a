import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardStore } from "@throughline/core";
import { expect, test } from "vitest";
import { renewIncarnation } from "./renew-incarnation.ts";
import { sqliteStore } from "./sqlite-store.ts";
import { insertSession, tenant } from "./test/records.ts";

test("followers of a restored database start over, and go on from there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "throughline-restore-"));
  const path = join(folder, "store.db");
  const store = guardStore(await sqliteStore({ path, durability: "process-crash" }));
  await store.commit({ tenant, writes: [insertSession({ id: "a" })] });
  const { cursor } = await store.changes({ tenant, limit: 10 });
  expect(await store.changes({ tenant, limit: 10, since: cursor })).toMatchObject({ startOver: false });
  await renewIncarnation(path);
  const answer = await store.changes({ tenant, limit: 10, since: cursor });
  expect(answer).toMatchObject({ startOver: true, entries: [] });
  await store.commit({ tenant, writes: [insertSession({ id: "b" })] });
  const next = await store.changes({ tenant, limit: 10, since: answer.cursor });
  expect(next).toMatchObject({ startOver: false, entries: [{ changes: [{ key: ["b"] }] }] });
  await store.close();
  await rm(folder, { recursive: true });
});
