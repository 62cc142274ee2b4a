import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kind } from "@throughline/core";
import { productKinds } from "@throughline/core";
import { makeSelect, selectedFields } from "@throughline/store-sql";
import { expect, test } from "vitest";
import { openConnection, prepareFile } from "./open-file.ts";
import { RecordTable } from "./record-table.ts";
import { Scope } from "./scope.ts";

const inOtherTables = new Set(["sessions", "messages", "branches"]);

test("in a file that was never analysed, each shape is read by its index and nothing is sorted", async () => {
  const folder = await mkdtemp(join(tmpdir(), "throughline-plans-"));
  const options = { path: join(folder, "store.db"), readOnly: false, synced: false };
  await prepareFile(options, []);
  const connection = openConnection(options);
  const kinds: readonly Kind[] = productKinds.filter(({ name }) => !inOtherTables.has(name));
  for (const kind of kinds) {
    for (const [shape, [first = ""]] of Object.entries(kind.shapes)) {
      const prefix = [kind.fields[first]?.type === "text" ? "" : 0];
      const selection = { shape, prefix, direction: "backward" } as const;
      const fields = selectedFields(kind);
      const select = makeSelect(new Scope(connection, 1), new RecordTable(kind), selection, fields, 2);
      const plan = connection.readRows(`EXPLAIN QUERY PLAN ${select?.sql}`, ...(select?.values ?? []));
      const steps = plan.map((row) => row[3]);
      expect(steps, `${kind.name} by ${shape}`).toEqual([
        expect.stringMatching(`^SEARCH ${kind.name} USING (COVERING )?INDEX ${kind.name}_${shape} `),
      ]);
    }
  }
  connection.close();
  await rm(folder, { recursive: true });
});
