import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isBlob } from "../blobs/staging-names.ts";
import { Died, dieAfter } from "../erasing/test/die-after.ts";
import { everyRecord } from "../erasing/test/traces-of.ts";
import { Services, beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";
import type { Throughline } from "../throughline.ts";
import { keptKinds } from "./kept-kinds.ts";
import { type LimitedKind, type PolicyInput, limitedKinds, limitsOf } from "./policy.ts";

const day = 24 * 60 * 60 * 1_000;

interface Place {
  readonly session: string;
  /** Tells it from others of its kind. */
  readonly name: string;
}

/** Makes one of each kind; answers what names it in a report. */
const makers: Readonly<Record<LimitedKind, (tl: Throughline, place: Place) => Promise<string>>> = {
  toolSessions: async (tl, { session, name }) =>
    (await tl.toolSessions.getOrCreate({ session, tool: name })).toolSessionId,
  files: async (tl, { name }) => {
    const texts = { providerName: name, providerUri: "https://files.example/a", displayName: name };
    return (await tl.files.save({ ...texts, mimeType: "text/plain", content: large(name) })).id;
  },
  memories: async (tl, { session, name }) => {
    const { memoryId } = await tl.memories.set({ session, key: name, value: large(name) });
    await tl.memories.set({ session, key: name, value: "and now this" });
    return memoryId;
  },
  workingMemories: async (tl, { session, name }) => {
    await tl.workingMemory.update({ session }, { [name]: 1 });
    return name;
  },
  repos: async (tl, { name }) => (await tl.repoCache.set({ key: name, url: "", localPath: "/cache" })).key,
  commands: async (tl, { name }) => (await tl.commands.record({ user: "u", command: name })).command,
  resources: async (tl, { name }) => tl.resources.trackResource({ path: name }),
  checkpoints: async (tl, { session, name }) =>
    (await tl.checkpoints.create(session, { name, state: large(name) })).name,
};

/** A text that lies apart as a large value. */
function large(name: string): string {
  return name.padEnd(70_000, ".");
}

async function allRecords({ store }: Services): Promise<readonly unknown[]> {
  return Array.fromAsync(everyRecord(store));
}

/** Kinds of which something is there, but for what lies beside what the tests make. */
async function kindsThere({ store }: Services): Promise<readonly string[]> {
  const kinds = new Set<string>();
  for await (const [kind, row] of everyRecord(store)) {
    if (kind !== "blobs" || isBlob(row)) kinds.add(kind);
  }
  for (const beside of ["sessions", "session_contexts", "projects"]) kinds.delete(beside);
  return [...kinds];
}

describe.each(storeNames)("what sessions carry, on %s,", (name) => {
  const services = useServices(name);

  test.each(limitedKinds)("goes by its time and its number: %s", async (kind) => {
    const { tl } = services;
    const session = (await tl.sessions.create()).id;
    const make = async (of: string): Promise<string> => {
      const id = await makers[kind](tl, { session, name: of });
      services.time += day;
      return id;
    };
    const ids = [await make("a"), await make("b"), await make("c"), await make("d")];
    const { ttlDays, max } = limitsOf(kind);
    const policy = { [ttlDays]: 3.5, [max]: 2 };
    expect(await tl.gc()).toMatchObject({ removed: {}, records: [] });
    const dry = await tl.gc({ policy, dryRun: true });
    const kindName = keptKinds[kind].kind.name;
    expect(dry.removed).toEqual({ [kindName]: 2 });
    expect(dry.records).toMatchObject([
      { kind: kindName, id: ids[0], action: "remove", reason: "ttl" },
      { kind: kindName, id: ids[1], action: "remove", reason: "max" },
    ]);
    await tl.sessions.pin(session);
    const owned = keptKinds[kind].kind.session !== undefined;
    expect((await tl.gc({ policy })).records).toEqual(owned ? [] : dry.records);
    await tl.sessions.unpin(session);
    expect((await tl.gc({ policy })).records).toEqual(owned ? dry.records : []);
    const all = { [ttlDays]: 0.5 };
    expect((await tl.gc({ policy: all })).removed).toEqual({ [kindName]: 2 });
    // Neither versions nor references nor large values are left.
    expect(await kindsThere(services)).toEqual([]);
  });

  test("of several clean-ups at once goes once, and no more of it than is too much", async () => {
    const { tl } = services;
    for (let index = 0; index < 40; index += 1) {
      await tl.commands.record({ user: "u", command: String(index) });
    }
    const reports = await Promise.all([1, 2, 3].map(() => tl.gc({ policy: { maxCommands: 7 } })));
    const removed = reports.map((report) => report.removed.command_usage ?? 0);
    expect(removed.reduce((one, other) => one + other)).toBe(33);
    expect((await tl.commands.list({ user: "u" })).items).toHaveLength(7);
  });

  test("is cleaned up for one tenant only", async () => {
    const { tl } = services;
    const other = tl.withTenant("other");
    for (const each of [tl, other]) {
      const session = (await each.sessions.create()).id;
      for (const kind of limitedKinds) await makers[kind](each, { session, name: "a" });
    }
    services.time += 2 * day;
    const policy = Object.fromEntries(limitedKinds.map((kind) => [limitsOf(kind).ttlDays, 1]));
    await tl.flushReads();
    const before = await Array.fromAsync(everyRecord(tl.store, "other"));
    expect(Object.keys((await tl.gc({ policy })).removed)).toHaveLength(limitedKinds.length);
    expect(await Array.fromAsync(everyRecord(tl.store, "other"))).toEqual(before);
  });

  test("stays where it was used while clean-up looked", async () => {
    const { tl } = services;
    const { memoryId } = await tl.memories.set({ user: "u", key: "k", value: "v" });
    await tl.commands.record({ user: "u", command: "c" });
    const policy = { memoriesTtlDays: 1, commandsTtlDays: 1 };
    const uses: readonly (() => Promise<unknown>)[] = [
      async () => {
        await tl.memories.getById(memoryId);
        await tl.flushReads();
      },
      async () => tl.commands.record({ user: "u", command: "c" }),
    ];
    services.time += 2 * day;
    const late = beforeNextCommit(services, () => Promise.all(uses.map(async (use) => use())));
    expect((await late.gc({ policy, prune: false })).records).toEqual([]);
    services.time += 2 * day;
    await tl.memories.getById(memoryId);
    expect((await tl.gc({ policy })).removed).toEqual({ command_usage: 1 });
    services.time += 2 * day;
    expect((await tl.gc({ policy })).removed).toEqual({ project_memories: 1 });
  });

  test("goes when it has ended itself: memories at once, records of files if asked", async () => {
    const { tl } = services;
    const session = (await tl.sessions.create()).id;
    const memory = { key: "k", value: large("v"), ttlSeconds: 60 };
    const { memoryId } = await tl.memories.set({ user: "u", ...memory });
    await tl.memories.set({ session, ...memory });
    await tl.sessions.hold(session);
    const file = { id: "f", providerName: "a", providerUri: "b", displayName: "c", mimeType: "text/plain" };
    await tl.files.save({ ...file, size: 1, expiresAt: new Date(services.time + day) });
    services.time += 2 * day;
    expect(await tl.gc({ policy: { maxFiles: 1, maxMemories: 1 } })).toMatchObject({
      removed: { project_memories: 1 },
      blobs: 0,
      records: [{ kind: "project_memories", id: memoryId, reason: "expires_at" }],
    });
    const policy = { expiredFilesDays: 1.5, maxFiles: 1 };
    expect((await tl.gc({ policy })).records).toEqual([]);
    services.time += day;
    expect((await tl.gc({ policy })).records).toEqual([
      { kind: "uploaded_files", id: "f", action: "remove", reason: "expires_at", title: "c" },
    ]);
    await tl.sessions.release(session);
    expect(await tl.gc()).toMatchObject({
      removed: { project_memories: 1 },
      blobs: 1,
      records: [{ sessionId: session }],
    });
    expect(await kindsThere(services)).toEqual([]);
  });

  test("and what refers to other resources goes with them; what refers to them, and links, stay", async () => {
    const { tl, store } = services;
    const session = (await tl.sessions.create({ project: "p" })).id;
    await tl.context.record(session, { files: [{ path: "a.ts", importance: 0.5 }] });
    const [link] = (await tl.resources.ofSession(session)).items;
    const id = link?.id ?? "";
    const other = "01890000-0000-7000-8000-000000000000";
    const depends = (resourceId: string, target: string) => ({
      type: "insert" as const,
      kind: "resource_dependencies",
      record: {
        resourceId,
        projectId: "p",
        targetPath: target,
        targetKey: target,
        kind: "import",
        createdAt: 1,
      },
      exists: "fail" as const,
    });
    const writes = Array.from({ length: 700 }, (_, index) => depends(id, `${index}.ts`));
    await store.commit({ tenant: tl.tenant, writes });
    await store.commit({ tenant: tl.tenant, writes: [depends(other, "a.ts")] });
    services.time += 2 * day;
    expect((await tl.gc({ policy: { resourcesTtlDays: 1 } })).removed).toEqual({ resources: 1 });
    const left = await Array.fromAsync(everyRecord(store));
    expect(left.filter(([kind]) => kind === "resource_dependencies")).toMatchObject([
      ["resource_dependencies", { resourceId: other }],
    ]);
    expect((await tl.resources.ofSession(session)).items).toMatchObject([
      { path: "a.ts", importanceScore: 0.5, removed: true },
    ]);
  });

  test("is gone whole after a clean-up that was killed between any two commits", async () => {
    const { tl, store } = services;
    const policy = Object.fromEntries(limitedKinds.map((kind) => [limitsOf(kind).ttlDays, 1]));
    let commits = 0;
    for (let died = true; died; commits += 1) {
      const session = (await tl.sessions.create()).id;
      for (const kind of limitedKinds) await makers[kind](tl, { session, name: `${kind} ${commits}` });
      services.time += 2 * day;
      died = await dieAfter(store, commits)
        .gc({ policy, prune: false })
        .then(
          () => false,
          (error: unknown) => error instanceof Died,
        );
      await tl.gc({ policy });
      // What lost its last holder goes a day later, where nobody lived to sweep it.
      services.time += 2 * day;
      await tl.gc();
      expect(await kindsThere(services), `killed after ${commits} commits`).toEqual([]);
    }
    expect(commits).toBeGreaterThan(limitedKinds.length);
  });

  test("goes page by page, until somebody stops it", async () => {
    const { tl } = services;
    for (let index = 0; index < 450; index += 1) {
      await tl.commands.record({ user: "u", command: String(index) });
    }
    services.time += 2 * day;
    const policy = { commandsTtlDays: 1 };
    const controller = new AbortController();
    let told = 0;
    const onProgress = ({ removed }: { readonly removed: Readonly<Record<string, number>> }): void => {
      told = removed.command_usage ?? 0;
      if (told > 0) controller.abort(new Error("enough"));
    };
    await expect(tl.gc({ policy, signal: controller.signal, onProgress })).rejects.toThrow("enough");
    expect(told).toBe(200);
    expect((await tl.gc({ policy })).removed).toEqual({ command_usage: 250 });
  });
});

/** What happened, day by day. */
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constantFrom(...limitedKinds),
      session: fc.nat(3),
      name: fc.constantFrom("a", "b", "c", "d"),
    }),
  },
  fc.record({ what: fc.constantFrom("pin", "hold", "delete", "wait"), session: fc.nat(3) }),
  fc.record({ what: fc.constant("expiring"), session: fc.nat(3), name: fc.constantFrom("a", "b", "c") }),
);
type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;

const maybe = (value: fc.Arbitrary<number>): fc.Arbitrary<number | null> =>
  fc.option(value, { freq: 2, nil: null });
const policies: fc.Arbitrary<PolicyInput> = fc.record({
  ttlDays: maybe(fc.integer({ min: 2, max: 20 }).map((days) => days + 0.5)),
  maxSessions: maybe(fc.integer({ min: 1, max: 4 })),
  expiredFilesDays: maybe(fc.constantFrom(0.5, 3.5)),
  ...Object.fromEntries(
    limitedKinds.flatMap((kind) => [
      [limitsOf(kind).ttlDays, maybe(fc.integer({ min: 1, max: 12 }).map((days) => days + 0.5))],
      [limitsOf(kind).max, maybe(fc.integer({ min: 1, max: 4 }))],
    ]),
  ),
});

async function happen({ tl, time }: Services, ids: readonly string[], it: Event): Promise<void> {
  const session = ids[it.session] ?? "";
  if (it.what === "wait") return;
  if (it.what === "pin") await tl.sessions.pin(session);
  else if (it.what === "hold") await tl.sessions.hold(session);
  else if (it.what === "delete") await tl.sessions.delete(session);
  else if (it.what === "expiring") {
    const { name } = it as { readonly name: string };
    const ends = new Date(time + 2 * day);
    const file = { providerName: "a", providerUri: "b", displayName: name, mimeType: "text/plain" };
    await tl.files.save({ id: name, ...file, size: 1, expiresAt: ends });
    await tl.memories.set({ session, key: `${name} ends`, value: "v", ttlSeconds: (2 * day) / 1_000 });
  } else {
    const { what, name } = it as { readonly what: LimitedKind; readonly name: string };
    await makers[what](tl, { session, name });
  }
}

test.each(storeNames)("on %s a dry run says what a run then does, whatever there is", async (name) => {
  const runs = fc.asyncProperty(
    fc.array(event, { minLength: 5, maxLength: 40 }),
    policies,
    async (all, policy) => {
      const services = new Services();
      await services.open(name);
      try {
        const { tl } = services;
        const ids: string[] = [];
        while (ids.length < 4) ids.push((await tl.sessions.create()).id);
        for (const it of all) {
          // Some of it meets what is deleted, held, or there already.
          await happen(services, ids, it).catch(() => undefined);
          services.time += day;
        }
        await tl.flushReads();
        const before = await allRecords(services);
        const dry = await tl.gc({ policy, dryRun: true, prune: false });
        expect(await allRecords(services)).toEqual(before);
        const real = await tl.gc({ policy, prune: false });
        const said = { ...dry, dryRun: false, blobs: real.blobs, bytes: real.bytes };
        expect(real).toEqual(said);
        expect(await tl.gc({ policy, prune: false })).toMatchObject({ trashed: 0, removed: {}, records: [] });
      } finally {
        await services.close();
      }
    },
  );
  await fc.assert(runs, { numRuns: name === "memory" ? 60 : 12 });
});
