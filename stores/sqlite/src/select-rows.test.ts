import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testKinds } from "@throughline/conformance";
import type { Kind, KeyValue } from "@throughline/core";
import { orderOf, productKinds } from "@throughline/core";
import { type Selection, makeSelect, selectedFields } from "@throughline/store-sql";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Connection } from "./connection.ts";
import { openConnection } from "./open-file.ts";
import { Scope } from "./scope.ts";
import { sqliteStore } from "./sqlite-store.ts";
import { makeTables, tableOf } from "./tables.ts";

const kinds: readonly Kind[] = [...productKinds, ...testKinds];
const tables = makeTables(new Map(kinds.map((kind) => [kind.name, kind])));

let folder = "";
let connection: Connection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-plan-"));
  const path = join(folder, "store.db");
  await (await sqliteStore({ path, kinds: testKinds })).close();
  connection = openConnection({ path, readOnly: false, synced: false });
});
afterAll(async () => {
  connection.close();
  await rm(folder, { recursive: true });
});

function planOf(kind: Kind, selection: Selection): string[] {
  const scope = new Scope(connection, 1);
  scope.learnSessionKey("s", 1);
  const select = makeSelect(scope, tableOf(tables, kind.name), selection, selectedFields(kind), 10);
  if (select === undefined) return [];
  const rows = connection.readRows(`EXPLAIN QUERY PLAN ${select.sql}`, ...select.values);
  return rows.map((row) => String(row[3]));
}

/** A value of each field of a shape's order; `s` is a session that is there. */
function valuesOf(kind: Kind, shape: string): KeyValue[] {
  return orderOf(kind, shape).map((field) => {
    if (field === kind.session) return "s";
    return kind.fields[field]?.type === "text" ? "x" : 1;
  });
}

const partlySorted = "USE TEMP B-TREE FOR LAST TERM OF ORDER BY";

const shapes = kinds.flatMap((kind) =>
  ["key", ...Object.keys(kind.shapes)].map((shape) => ({ kind, shape })),
);

test.each(shapes)("$kind.name by $shape: an index answers in order, from any place", ({ kind, shape }) => {
  const values = valuesOf(kind, shape);
  const isLog = kind.name === "messages" || kind.name === "branches";
  // Sessions of one time are sorted by id, since no index holds both.
  const isPartlySorted = shape === "activity";
  const longest = shape === "activity" ? 1 : values.length;
  for (let length = 0; length <= longest; length += 1) {
    for (const direction of ["forward", "backward"] as const) {
      // Of all sessions at once, the messages of each are sorted before the next are read.
      const sorted = isPartlySorted || (isLog && length === 0) ? partlySorted : "no sorting";
      for (const after of [undefined, values]) {
        const plan = planOf(kind, { shape, prefix: values.slice(0, length), direction, after });
        const what = `${length} ${direction} ${String(after)}: ${plan.join("; ")}`;
        expect(
          plan.filter((line) => line.includes("B-TREE") && line !== sorted),
          what,
        ).toEqual([]);
        const isWholeScan = (line: string): boolean =>
          line.startsWith("SCAN") && !line.includes("session_rows_id");
        expect(plan.filter(isWholeScan), what).toEqual([]);
      }
    }
  }
});

test("a place within the newest sessions is found in the index", () => {
  const kind = kinds[0] as Kind;
  const plan = planOf(kind, { shape: "activity", prefix: [1], direction: "backward", after: [1, 5, "x"] });
  expect(plan[0]).toBe("SEARCH l USING INDEX session_logs_activity (shelf=? AND last_activity<?)");
});
