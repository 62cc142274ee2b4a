import { describe, expect, test } from "vitest";
import { Throughline } from "../throughline.ts";
import { storedBlobs } from "../test/stored-blobs.ts";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";

const project = "p/1";

describe.each(storeNames)("memories on %s", (name) => {
  const services = useServices(name);

  test("a key is set, read, and set again as a new version", async () => {
    const { memories } = services.tl;
    const set = await memories.set({
      project,
      key: "architecture",
      value: "Microservices",
      metadata: { author: "ada" },
      ttlSeconds: 3_600,
      provenance: { sessionId: "s", messageId: "m" },
    });
    expect(set).toEqual({
      memoryId: expect.stringMatching(/^mem_[0-9a-f]{12}$/) as string,
      scope: "project",
      projectId: project,
      userId: null,
      sessionId: null,
      key: "architecture",
      value: "Microservices",
      metadata: { author: "ada" },
      provenance: { sessionId: "s", messageId: "m" },
      version: 1,
      supersededBy: null,
      createdAt: set.createdAt,
      updatedAt: set.createdAt,
      lastAccessed: set.createdAt,
      accessedCount: 0,
      ttlSeconds: 3_600,
      expiresAt: new Date(set.createdAt.getTime() + 3_600_000),
      created: true,
      replayed: false,
    });
    const { created: _created, replayed: _replayed, ...memory } = set;
    expect(await memories.get({ project, key: "architecture" })).toEqual(memory);
    services.time += 60_000;
    const again = await memories.set({ project, key: "architecture", value: "A monolith" });
    // What is left out stays; the time to live begins anew.
    expect(again).toMatchObject({
      memoryId: set.memoryId,
      version: 2,
      created: false,
      metadata: { author: "ada" },
      provenance: null,
      ttlSeconds: 3_600,
      createdAt: set.createdAt,
      expiresAt: new Date(again.updatedAt.getTime() + 3_600_000),
    });
    expect(await memories.getById(set.memoryId)).toMatchObject({ value: "A monolith", accessedCount: 1 });
    const { items } = await memories.history(set.memoryId);
    expect(items).toMatchObject([
      { version: 2, value: "A monolith", provenance: null },
      { version: 1, value: "Microservices", provenance: { sessionId: "s", messageId: "m" } },
    ]);
    expect(await memories.set({ project, key: "architecture", value: "x", ttlSeconds: null })).toMatchObject({
      expiresAt: null,
      ttlSeconds: null,
    });
    // Each scope has keys of its own.
    for (const other of [{ project: "p" }, { user: project }]) {
      await expect(memories.get({ ...other, key: "architecture" })).rejects.toMatchObject({
        code: "not_found",
        reason: "memory",
      });
    }
  });

  test("reading counts, and the order of lists is that of reading", async () => {
    const { tl } = services;
    for (const key of ["a", "b", "c"]) await tl.memories.set({ project, key, value: key });
    await tl.memories.get({ project, key: "a" });
    await tl.memories.get({ project, key: "a" });
    const first = await tl.memories.list({ project });
    expect(first.items.map(({ key, accessedCount }) => [key, accessedCount])).toEqual([
      ["a", 2],
      ["c", 0],
      ["b", 0],
    ]);
    // The list itself has read each of them.
    const one = await tl.memories.list({ project, limit: 1 });
    const rest = await tl.memories.list({ project, cursor: one.next ?? "" });
    expect(
      [...one.items, ...rest.items].map(({ accessedCount }) => accessedCount).toSorted((a, b) => a - b),
    ).toEqual([1, 1, 3]);
    expect(rest.next).toBeUndefined();
    // All services above a store count together, and lose nothing when they close.
    await new Throughline(services.store).memories.get({ project, key: "b" });
    expect(await tl.memories.get({ project, key: "b" })).toMatchObject({ accessedCount: 3 });
    const { revision } = await row("b");
    expect(revision).toBe(1);
    await expect(tl.memories.list({ project: "other", cursor: one.next ?? "" })).rejects.toMatchObject({
      reason: "cursor",
    });
    await expect(tl.memories.list({ session: "none" })).rejects.toMatchObject({ reason: "session" });
  });

  async function row(key: string) {
    const values = ["project", project, "", "", key];
    const { answers } = await services.store.read({
      tenant: "default",
      requests: [{ type: "get", kind: "project_memories", keys: [{ unique: "key", values }] }],
    });
    const found = answers[0][0];
    if (found === undefined) throw new Error(`There is no memory ${key}.`);
    return found;
  }

  test("twenty who set one key at once write twenty versions", async () => {
    const { memories } = services.tl;
    const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
    const set = await Promise.all(values.map((value) => memories.set({ user: "ada", key: "k", value })));
    expect(set.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      values.map((_, index) => index + 1),
    );
    expect(new Set(set.map(({ memoryId }) => memoryId)).size).toBe(1);
    const { items } = await memories.history({ user: "ada", key: "k" });
    expect(items.map(({ value }) => value).toSorted()).toEqual(values.toSorted());
  });

  test("an expected version and an operation id keep a retry from writing twice", async () => {
    const { memories } = services.tl;
    const first = { project, key: "k", value: "1", expectedVersion: 0, operationId: "op-1" } as const;
    const set = await memories.set(first);
    expect(await memories.set(first)).toEqual({ ...set, created: false, replayed: true });
    await memories.set({ project, key: "k", value: "2", expectedVersion: 1 });
    expect(await memories.set(first)).toMatchObject({ value: "1", version: 1, replayed: true });
    const stale = { code: "conflict", reason: "version", details: { expected: 1, actual: 2 } };
    await expect(
      memories.set({ ...first, value: "3", expectedVersion: 1, operationId: "op-2" }),
    ).rejects.toMatchObject(stale);
    await expect(memories.set({ project, key: "k", value: "3", expectedVersion: 1 })).rejects.toMatchObject(
      stale,
    );
    await expect(memories.set({ ...first, value: "3" })).rejects.toMatchObject({
      reason: "operation_reused",
    });
    expect((await memories.history({ project, key: "k" })).items).toHaveLength(2);
    await memories.delete(set.memoryId);
    expect(await memories.set(first)).toMatchObject({ memoryId: set.memoryId, version: 1, replayed: true });
    await expect(memories.get({ project, key: "k" })).rejects.toMatchObject({ code: "not_found" });
  });

  test("a memory that has ended is nowhere, and its key is free", async () => {
    const { tl } = services;
    const { memories } = tl;
    const large = "ended ".repeat(5_000);
    const old = await memories.set({ project, key: "k", value: large, ttlSeconds: 1 });
    const kept = await memories.set({ project, key: "stays", value: "1" });
    services.time = old.expiresAt?.getTime() ?? 0;
    const gone = { code: "not_found", reason: "memory" };
    const address = { project, key: "k" };
    await Promise.all(
      [
        memories.get(address),
        memories.getById(old.memoryId),
        memories.history(address),
        memories.history(old.memoryId),
        memories.compare(old.memoryId, { from: 1, to: 1 }),
        memories.restore(old.memoryId, { version: 1 }),
        memories.update(old.memoryId, { metadata: {} }),
        memories.supersede(old.memoryId, { value: "x" }),
        memories.merge([old.memoryId], { key: "k" }),
        memories.delete(old.memoryId),
      ].map((call) => expect(call).rejects.toMatchObject(gone)),
    );
    expect((await memories.list({ project })).items.map(({ key }) => key)).toEqual(["stays"]);
    expect((await memories.list({ project, text: "ended" })).items).toEqual([]);
    expect(await memories.findDuplicates({ project })).toMatchObject({ compared: 1 });
    const next = await memories.set({ ...address, value: "new" });
    expect(next).toMatchObject({ version: 1, created: true });
    expect(next.memoryId).not.toBe(old.memoryId);
    // Clean-up takes what is left of it, and of nothing else.
    expect((await storedBlobs(services.store)).blobs).toHaveLength(1);
    await tl.gc({ prune: false });
    expect(await storedBlobs(services.store)).toMatchObject({ blobs: [], pieces: [], references: [] });
    const { answers } = await services.store.read({
      tenant: "default",
      requests: [
        { type: "query", kind: "memory_versions", shape: "key", prefix: [], direction: "forward", limit: 9 },
      ],
    });
    expect(answers[0].rows.map(({ memoryId }) => String(memoryId)).toSorted()).toEqual(
      [kept.memoryId, next.memoryId].toSorted(),
    );
  });

  test.each([
    ["text", "plain"],
    ["nothing", ""],
    ["NUL and lone surrogates", "a\0b\ud800c\udfff"],
    ["8 KiB and more", "é\ud800".repeat(9_000)],
    ["1 MiB", "x".repeat(1024 * 1024)],
  ])("%s comes back as it was", async (_, value) => {
    const { memories } = services.tl;
    const { memoryId } = await memories.set({ project, key: "k", value });
    expect((await memories.get({ project, key: "k" })).value === value).toBe(true);
    expect((await memories.list({ project })).items[0]?.value === value).toBe(true);
    expect((await memories.history(memoryId)).items[0]?.value === value).toBe(true);
  });

  test("large values lie once for all who hold them, and go with the last", async () => {
    const { memories } = services.tl;
    const value = "the same ".repeat(10_000);
    const one = await memories.set({ project, key: "one", value });
    const two = await memories.set({ user: "ada", key: "two", value });
    await memories.set({ project, key: "one", value: "small" });
    const restored = await memories.restore(one.memoryId, { version: 1 });
    expect(restored).toMatchObject({ version: 3, value });
    expect((await storedBlobs(services.store)).blobs).toHaveLength(1);
    await memories.delete(one.memoryId);
    expect((await memories.getById(two.memoryId)).value === value).toBe(true);
    await memories.delete({ user: "ada", key: "two" });
    expect(await storedBlobs(services.store)).toMatchObject({ blobs: [], pieces: [], references: [] });
    await expect(memories.delete(two.memoryId)).rejects.toMatchObject({ code: "not_found" });
  });

  test("versions are compared and restored", async () => {
    const { memories } = services.tl;
    const { memoryId } = await memories.set({
      project,
      key: "k",
      value: "a\nb\nc\n",
      metadata: { n: 1, m: 1 },
    });
    await memories.set({ project, key: "k", value: "a\nB\nc\n", metadata: { n: 2, m: 1 } });
    expect(await memories.compare(memoryId, { from: 1, to: 2 })).toEqual({
      memoryId,
      from: 1,
      to: 2,
      changes: [
        { type: "same", text: "a\n" },
        { type: "removed", text: "b\n" },
        { type: "added", text: "B\n" },
        { type: "same", text: "c\n" },
      ],
      metadata: ["n"],
    });
    const restored = await memories.restore({ project, key: "k" }, { version: 1, expectedVersion: 2 });
    expect(restored).toMatchObject({ version: 3, value: "a\nb\nc\n", metadata: { n: 1, m: 1 } });
    const page = await memories.history(memoryId, { limit: 1 });
    expect(page.items).toMatchObject([{ version: 3, restoredFrom: 1 }]);
    const rest = await memories.history(memoryId, { cursor: page.next ?? "" });
    expect(rest.items.map(({ version }) => version)).toEqual([2, 1]);
    const missing = { code: "not_found", reason: "version" };
    await expect(memories.restore(memoryId, { version: 9 })).rejects.toMatchObject(missing);
    await expect(memories.compare(memoryId, { from: 1, to: 9 })).rejects.toMatchObject(missing);
    await expect(memories.restore(memoryId, { version: 1, expectedVersion: 2 })).rejects.toMatchObject({
      reason: "version",
    });
  });

  test("metadata and time to live are changed without a new version", async () => {
    const { memories } = services.tl;
    const { memoryId } = await memories.set({
      project,
      key: "k",
      value: "v",
      metadata: { a: 1, b: { c: 1 } },
    });
    const late = beforeNextCommit(services, () => memories.update(memoryId, { metadata: { d: 1 } }));
    const changed = await late.memories.update(memoryId, {
      metadata: { a: null, b: { e: 2 } },
      ttlSeconds: 5,
    });
    expect(changed).toMatchObject({ version: 1, metadata: { b: { c: 1, e: 2 }, d: 1 }, ttlSeconds: 5 });
    expect((await memories.history(memoryId)).items).toMatchObject([
      { metadata: { b: { c: 1, e: 2 }, d: 1 } },
    ]);
    services.time += 5_000;
    await expect(memories.get({ project, key: "k" })).rejects.toMatchObject({ code: "not_found" });
  });

  test("one memory takes the place of another, which stays readable by its id", async () => {
    const { memories } = services.tl;
    const old = await memories.set({ project, key: "db", value: "SQLite" });
    const next = await memories.supersede(old.memoryId, { value: "PostgreSQL", operationId: "op" });
    expect(next).toMatchObject({ key: "db", version: 1, created: true });
    expect(await memories.supersede(old.memoryId, { value: "PostgreSQL", operationId: "op" })).toEqual({
      ...next,
      created: false,
      replayed: true,
    });
    expect(await memories.get({ project, key: "db" })).toMatchObject({ value: "PostgreSQL" });
    expect(await memories.getById(old.memoryId)).toMatchObject({
      key: "db",
      value: "SQLite",
      supersededBy: next.memoryId,
    });
    expect((await memories.history(old.memoryId)).items).toMatchObject([{ value: "SQLite" }]);
    expect((await memories.history(next.memoryId)).items).toMatchObject([{ supersedes: [old.memoryId] }]);
    expect((await memories.list({ project })).items.map(({ memoryId }) => memoryId)).toEqual([next.memoryId]);
    const taken = { code: "conflict", reason: "superseded" };
    await expect(memories.supersede(old.memoryId, { value: "x" })).rejects.toMatchObject(taken);
    await expect(memories.restore(old.memoryId, { version: 1 })).rejects.toMatchObject(taken);
    await expect(memories.merge([old.memoryId], { id: next.memoryId })).rejects.toMatchObject(taken);
  });

  test("nearly equal values are found and merged", async () => {
    const { memories } = services.tl;
    const say = (key: string, value: string) => memories.set({ project, key, value });
    const a = await say("a", "The API uses JSON Web Tokens for authentication of every request.");
    const b = await say("b", "The API  uses JSON web tokens for authentication of every request");
    const c = await say("c", "Deploy on Fridays is forbidden.");
    const { groups, compared, more } = await memories.findDuplicates({ project });
    expect({ compared, more }).toEqual({ compared: 3, more: false });
    expect(groups).toMatchObject([
      { memory: { memoryId: b.memoryId }, duplicates: [{ memory: { memoryId: a.memoryId } }] },
    ]);
    expect(await memories.findDuplicates({ project, threshold: 1 })).toMatchObject({ groups: [] });
    const merged = await memories.merge([a.memoryId, b.memoryId], { id: b.memoryId });
    expect(merged).toMatchObject({ memoryId: b.memoryId, version: 2, value: b.value, created: false });
    expect(await memories.getById(a.memoryId)).toMatchObject({ supersededBy: b.memoryId });
    const all = await memories.merge([b.memoryId, c.memoryId], { key: "rules" }, { value: "Both." });
    expect((await memories.list({ project })).items).toMatchObject([
      { memoryId: all.memoryId, key: "rules" },
    ]);
    const foreign = await memories.set({ user: "ada", key: "k", value: "v" });
    await expect(
      memories.merge([all.memoryId, foreign.memoryId], { key: "k" }, { value: "v" }),
    ).rejects.toMatchObject({
      code: "invalid",
    });
    await expect(memories.merge([all.memoryId], { key: "new" })).rejects.toMatchObject({ code: "invalid" });
  });

  test("a text is looked for in keys and values, a page at a time", async () => {
    const { memories } = services.tl;
    for (let index = 0; index < 60; index += 1) {
      await memories.set({ project, key: `note-${index}`, value: index % 20 === 0 ? "the needle" : "hay" });
    }
    const one = await memories.list({ project, text: "needle", limit: 2 });
    const two = await memories.list({ project, text: "needle", cursor: one.next ?? "" });
    expect([...one.items, ...two.items].map(({ key }) => key)).toEqual(["note-40", "note-20", "note-0"]);
    expect(two.next).toBeUndefined();
    expect((await memories.list({ project, text: "note 7" })).items.map(({ key }) => key)).toEqual([
      "note-7",
    ]);
    await expect(memories.list({ project, text: "-" })).rejects.toMatchObject({ reason: "query" });
  });

  test("what a session remembers is hidden and erased with it", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create();
    await tl.sessions.update(id, { status: "expired" });
    const large = "of the session ".repeat(5_000);
    const memory = await tl.memories.set({ session: id, key: "k", value: large });
    // As an append does.
    expect(await tl.sessions.get(id)).toMatchObject({ status: "active", lastActivity: memory.createdAt });
    await tl.memories.set({ session: id, key: "k", value: "second" });
    const short = await tl.memories.set({ session: id, key: "ended", value: "too short", ttlSeconds: 1 });
    const mine = { session: id, key: "k" };
    expect(await tl.memories.get(mine)).toMatchObject({ scope: "session", sessionId: id, value: "second" });
    const deleted = await tl.sessions.delete(id);
    expect(deleted.removed).toMatchObject({ project_memories: 2, memory_versions: 3 });
    await Promise.all(
      [
        tl.memories.get(mine),
        tl.memories.set({ ...mine, value: "x" }),
        tl.memories.list({ session: id }),
        tl.memories.getById(memory.memoryId),
        tl.memories.history(memory.memoryId),
        tl.memories.delete(memory.memoryId),
      ].map((call) => expect(call).rejects.toMatchObject({ code: "not_found" })),
    );
    await tl.sessions.undelete(id);
    expect(await tl.memories.get(mine)).toMatchObject({ value: "second" });
    // Deleted between reading and writing.
    const late = beforeNextCommit(services, () => tl.sessions.delete(id));
    await expect(late.memories.set({ ...mine, value: "x" })).rejects.toMatchObject({ reason: "session" });
    services.time = short.expiresAt?.getTime() ?? 0;
    const { removed } = await tl.sessions.delete(id, { erase: true });
    expect(removed).toMatchObject({ memory_versions: 3, blob_references: 1, blobs: 1 });
    expect(await storedBlobs(services.store)).toMatchObject({ blobs: [], pieces: [], references: [] });
    // Also what had ended before, which no read finds: a removal does.
    const { results } = await services.store.commit({
      tenant: "default",
      writes: [{ type: "remove-many", kind: "project_memories", shape: "key", prefix: [], limit: 10 }],
    });
    expect(results).toEqual([{ outcome: "removed", count: 0 }]);
  });
});
