/** Lists that are filtered by what few sessions are: an index leads to them, and pages are those of a scan. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Filter, GuardedStore, KeyValues, Query } from "@throughline/core";
import { guardStore, sessions } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { makeFew } from "@throughline/store-sql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openConnection } from "./open-file.ts";
import { Scope } from "./scope.ts";
import { sqliteStore } from "./sqlite-store.ts";
import { makeTables, tableOf } from "./tables.ts";
import { insertSession } from "./test/records.ts";

const count = 2_400;
const tenant = "t";

let folder = "";
let stores: readonly GuardedStore[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-few-"));
  const path = join(folder, "store.db");
  stores = [guardStore(memoryStore()), guardStore(await sqliteStore({ path, durability: "process-crash" }))];
  for (const store of stores) {
    for (let start = 0; start < count; start += 400) {
      const writes = Array.from({ length: 400 }, (_, index) => insertSession(recordAt(start + index)));
      await store.commit({ tenant, writes });
    }
  }
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await rm(folder, { recursive: true });
});

/** Sessions whose order of activity is not that of creation, few of them pinned, archived, hidden and so on. */
function recordAt(index: number) {
  return {
    id: `s${String(index).padStart(5, "0")}`,
    userId: index % 40 === 3 ? "few" : "many",
    projectId: index % 2 === 0 ? "half" : "",
    externalKey: index % 7 === 0 ? `key ${index % 91}-${index}` : "",
    workspacePath: index % 60 === 5 ? "/few" : "/many",
    status: index % 50 === 9 ? "archived" : "active",
    pinned: index % 150 === 31,
    hiddenAt: index % 300 === 31 ? 5 : 0,
    listed: index % 5 !== 0,
    createdAt: 1_000 + Math.floor(index / 3),
    lastActivity: 1_000 + ((index * 7_919) % 700),
  };
}

/** The ids of all pages, one after another. */
async function pagesOf(store: GuardedStore, query: Omit<Query, "type" | "kind">): Promise<string[]> {
  const ids: string[] = [];
  let after: KeyValues | undefined;
  do {
    const request: Query = { type: "query", kind: "sessions", ...query, ...(after && { after }) };
    const { answers } = await store.read({ tenant, requests: [request] });
    const page = answers[0];
    expect(page.rows.length).toBeLessThanOrEqual(query.limit);
    ids.push(...page.rows.map(({ id }) => id as string));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

const equals = (field: string, value: string | boolean): Filter => ({ field, test: "equals", value });
const filters: readonly (readonly Filter[])[] = [
  [equals("userId", "few")],
  [equals("userId", "nobody")],
  [equals("projectId", "half")],
  [equals("projectId", "")],
  [equals("externalKey", "key 0-91")],
  [equals("externalKey", "")],
  [equals("workspacePath", "/few")],
  [equals("status", "archived")],
  [equals("status", "expired")],
  [equals("pinned", true)],
  [equals("pinned", false), equals("workspacePath", "/few")],
  [equals("userId", "many"), equals("status", "archived")],
];

test.each(
  filters.map((where) => [
    where.map(({ field, ...rest }) => `${field} ${JSON.stringify(rest)}`).join(),
    where,
  ]),
)("[R7, R8] pages are the same as in memory: %s", async (_, where) => {
  const [memory, sqlite] = stores as [GuardedStore, GuardedStore];
  for (const direction of ["forward", "backward"] as const) {
    for (const [shape, prefix] of [
      ["activity", [1]],
      ["activity", []],
      ["created", [0]],
    ] as const) {
      const query = { shape, prefix, direction, where, limit: 17 };
      expect(await pagesOf(sqlite, query), `${shape} ${direction}`).toEqual(await pagesOf(memory, query));
    }
  }
});

test("each filter that leads to few has an index", () => {
  const connection = openConnection({ path: join(folder, "store.db"), readOnly: true, synced: false });
  try {
    const table = tableOf(makeTables(new Map([["sessions", sessions]])), "sessions");
    const scope = new Scope(connection, 1);
    const plans = [...(table.selective?.keys() ?? [])].map((field) => {
      const select = makeFew(scope, table, { field, value: "x" }, ["id", "createdAt"], "created");
      return connection
        .readRows(`EXPLAIN QUERY PLAN ${select?.sql}`, ...(select?.values ?? []))
        .map((row) => String(row[3]).replace("COVERING ", ""))[0];
    });
    expect(plans).toEqual([
      "SEARCH s USING INDEX session_rows_user (tenant=? AND user_id=?)",
      "SEARCH s USING INDEX session_rows_project (tenant=? AND project_id=?)",
      "SEARCH s USING INDEX session_rows_tool (tenant=? AND tool_id=?)",
      "SEARCH s USING INDEX session_rows_process (tenant=? AND process_id=?)",
      "SEARCH s USING INDEX session_rows_parent (tenant=? AND parent_session_id=?)",
      "SEARCH s USING INDEX session_rows_external_key (tenant=? AND external_key=?)",
      "SEARCH s USING INDEX session_rows_workspace (tenant=? AND workspace_path=?)",
      "SEARCH s USING INDEX session_rows_pinned (tenant=?)",
      "SEARCH s USING INDEX session_rows_status (tenant=? AND status=?)",
    ]);
  } finally {
    connection.close();
  }
});
