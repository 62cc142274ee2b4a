/**
 * Tenants never meet: 5,000 requests over every route, by callers who know all ids and cursors of other tenants and put
 * them wherever one can stand. `TENANTS_CALLS=50000` makes as many on each store, `TENANTS_SEED` makes others.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { sqliteStore } from "@throughline/store-sqlite";
import { describe, expect, test } from "vitest";
import type { Caller, Role } from "./caller.ts";
import { type Names, fillTenant, hashOf, markerOf } from "./test/look-alikes.ts";
import { Random } from "./test/random.ts";
import { type ForeignRequest, type Operation, Stranger } from "./test/stranger.ts";
import { type TestServer, testServer } from "./test/test-server.ts";

const seed = Number(process.env.TENANTS_SEED ?? 20_260_102);
const calls = process.env.TENANTS_CALLS;
/** Those who ask, and one whom everybody asks for. */
const askers = ["alpha", "beta"] as const;
const tenants = [...askers, "victim"] as const;

async function listOperations({ describe: describeApi }: TestServer): Promise<readonly Operation[]> {
  const { paths } = (await describeApi()) as unknown as {
    readonly paths: Readonly<
      Record<string, Readonly<Record<string, Omit<Operation, "hasBody"> & { readonly requestBody?: object }>>>
    >;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      operationId,
      parameters,
      hasBody: requestBody !== undefined,
    })),
  );
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A stream of events never ends by itself: what it says in the beginning is enough. */
async function followBriefly({ server }: TestServer, request: Request): Promise<Answer> {
  const { status, body } = await server.fetch(request);
  const reader = body?.getReader();
  const timer = setTimeout(() => void reader?.cancel(), 20);
  let text = "";
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    text += new TextDecoder().decode(value);
    if (done) break;
  }
  clearTimeout(timer);
  return { status, text };
}

async function answer(server: TestServer, { operation, request }: ForeignRequest): Promise<Answer> {
  if (operation.path === "/events") return followBriefly(server, request);
  const { status, text, headers } = await server.send(request);
  return { status, text: text + JSON.stringify([...headers]) };
}

async function open(store: Store) {
  const server = testServer(
    {
      authenticate(request): Caller {
        const [tenant = "", role = ""] = (request.headers.get("x-caller") ?? "").split(" ");
        return { tenant, role: role as Role };
      },
    },
    store,
  );
  const names = new Map<string, Names>();
  for (const tenant of tenants) names.set(tenant, await fillTenant(server.throughline.withTenant(tenant)));
  return { server, names };
}

/** What an answer to a tenant must not hold: words that others wrote, their ids and their names. */
function foreignWords(names: ReadonlyMap<string, Names>, own: string) {
  const others = tenants.filter((tenant) => tenant !== own);
  return {
    // Never, also where it was asked for.
    markers: others.flatMap((tenant) => [markerOf(tenant), ...(names.get(tenant)?.bytes ?? [])]),
    names: others.flatMap((tenant) => [
      `"${tenant}"`,
      ...(names.get(tenant)?.sessions ?? []),
      ...(names.get(tenant)?.hashes ?? []),
      ...(names.get(tenant)?.resources ?? []),
      ...(names.get(tenant)?.memories ?? []),
    ]),
  };
}

async function attack(store: Store, count: number): Promise<void> {
  const { server, names } = await open(store);
  const guarded = server.throughline.store;
  const operations = await listOperations(server);
  const random = new Random(seed);
  const namesOf = (tenant: string): Names =>
    names.get(tenant) ?? { sessions: [], cursors: [], hashes: [], resources: [], memories: [], bytes: [] };
  const strangers = new Map(
    askers.map((own) => {
      const others = tenants
        .filter((tenant) => tenant !== own)
        .map((tenant) => [tenant, { names: namesOf(tenant), marker: markerOf(tenant) }] as const);
      return [own, new Stranger(random, namesOf(own), new Map(others))] as const;
    }),
  );
  await server.throughline.settled();
  const before = await hashOf(guarded, "victim");
  const ends = new Map<string, string>();
  for (const tenant of askers) await entriesSince(server, ends, tenant);
  const statuses = new Map<string, number[]>();
  // What a tenant wrote into its own messages it may read again.
  const written = new Map<string, string>();
  for (let call = 0; call < count; call += 1) {
    const tenant = random.pick(askers);
    const other = tenant === "alpha" ? "beta" : "alpha";
    const operation =
      call < operations.length * 3 ? operations[call % operations.length] : random.pick(operations);
    if (operation === undefined) throw new Error("There is no operation.");
    const role = random.pick(["admin", "admin", "writer", "reader"]);
    const foreign = strangers.get(tenant)?.request(operation, `${tenant} ${role}`);
    if (foreign === undefined) throw new Error("There is nobody to ask.");
    const { status, text } = await answer(server, foreign);
    // What is looked at later in content that was given belongs to this call.
    await server.throughline.settled();
    const what = `call ${call} of ${tenant}, seed ${seed}: ${foreign.request.method} ${foreign.said}`;
    const words = foreignWords(names, tenant);
    const known = foreign.said + (written.get(tenant) ?? "");
    const leaked = [
      ...words.markers.filter((word) => text.includes(word)),
      ...words.names.filter((word) => text.includes(word) && !known.includes(word)),
    ];
    expect(leaked, `${what} answers this`).toEqual([]);
    if (operation.operationId === "appendMessages" && status < 300) {
      const hashes = /"hash":"[^"]*"/.exec(foreign.said)?.[0] ?? "";
      written.set(tenant, (written.get(tenant) ?? "") + hashes);
    }
    expect(await entriesSince(server, ends, other), `${what} changes ${other}`).toBe(0);
    await entriesSince(server, ends, tenant);
    expect(status, what).toBeLessThan(500);
    statuses.set(operation.operationId, [...(statuses.get(operation.operationId) ?? []), status]);
    if (operation.operationId === "createSession" && status < 300) {
      const { session_id } = JSON.parse(text.slice(0, text.lastIndexOf("}") + 1)) as { session_id: string };
      if (!namesOf(tenant).sessions.includes(session_id)) namesOf(tenant).sessions.push(session_id);
    }
  }
  expect(await hashOf(guarded, "victim")).toBe(before);
  const all = [...statuses.values()].flat();
  expect(statuses.size).toBe(operations.length);
  // Not everything is refused, and not everything is found.
  expect(all.filter((status) => status < 300).length).toBeGreaterThan(count / 5);
  expect(all.filter((status) => status === 404).length).toBeGreaterThan(count / 10);
  await server.throughline.close();
}

/** How many entries the feed of a tenant has got since it was last asked. */
async function entriesSince(
  { throughline }: TestServer,
  ends: Map<string, string>,
  tenant: string,
): Promise<number> {
  for (let count = 0; ;) {
    const since = ends.get(tenant);
    const { entries, cursor, more } = await throughline.store.changes({
      tenant,
      limit: 1_000,
      ...(since === undefined ? undefined : { since }),
    });
    ends.set(tenant, cursor);
    count += entries.length;
    if (!more) return count;
  }
}

describe("no answer holds anything of another tenant, and nothing of another changes", () => {
  test("over a store in memory", () => attack(memoryStore(), Number(calls ?? 3_500)), 600_000);

  test("over an SQLite file", { timeout: 600_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "throughline-tenants-"));
    try {
      await attack(
        await sqliteStore({ path: join(folder, "t.db"), durability: "process-crash" }),
        Number(calls ?? 1_500),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
