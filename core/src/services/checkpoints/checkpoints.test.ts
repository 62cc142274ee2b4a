import { describe, expect, test } from "vitest";
import { storedBlobs } from "../test/stored-blobs.ts";
import { afterNextCommit, beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";
import { Throughline } from "../throughline.ts";

const awkward = "NUL \0, lone \ud800, 🙂";

describe.each(storeNames)("checkpoints on %s", (name) => {
  const services = useServices(name);

  async function fill(): Promise<string> {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    await context.record(id, {
      files: [
        { path: "a.ts", importance: 0.9 },
        { path: "b.ts", kind: "EDIT" },
      ],
      searches: [awkward],
      decisions: ["first"],
      memories: [{ id: "mem_1", key: "k" }],
      workspace: { open: ["a.ts"] },
    });
    return id;
  }

  test("keep a context and any state, are listed newest first, and are forgotten", async () => {
    const { checkpoints, context } = services.tl;
    const id = await fill();
    const first = await checkpoints.create(id, { name: "before the change", state: { step: [1, awkward] } });
    await context.appendDecision(id, "second");
    const second = await checkpoints.create(id, { name: "a/b" });
    expect(await checkpoints.list(id)).toEqual({ items: [second, first] });
    const page = await checkpoints.list(id, { limit: 1 });
    expect(page.items).toEqual([second]);
    expect(await checkpoints.list(id, { cursor: page.next ?? "" })).toEqual({ items: [first] });
    const found = await checkpoints.get(id, "before the change");
    expect(found).toMatchObject({ ...first, state: { step: [1, awkward] } });
    expect(found.context.decisions.map(({ decision }) => decision)).toEqual(["first"]);
    expect(found.context).toMatchObject({
      fileImportanceScores: { "a.ts": 0.9 },
      recentSearches: [{ query: awkward }],
      savedMemories: [{ id: "mem_1", key: "k" }],
      workspace: { open: ["a.ts"] },
    });
    expect((await checkpoints.get(id, "a/b")).state).toBeNull();
    await checkpoints.delete(id, "a/b");
    expect((await checkpoints.list(id)).items).toEqual([first]);
    await expect(checkpoints.delete(id, "a/b")).rejects.toMatchObject({ reason: "checkpoint" });
  });

  test("are compared with each other, and with what is now", async () => {
    const { checkpoints, context } = services.tl;
    const id = await fill();
    await checkpoints.create(id, { name: "one", state: 1 });
    await context.record(id, {
      files: [
        { path: "a.ts", importance: 0.1 },
        { path: "c.ts", importance: 0.2 },
      ],
      decisions: ["second"],
      workspace: null,
    });
    await checkpoints.create(id, { name: "two", state: 2 });
    const forward = await checkpoints.compare(id, "one", { to: "two" });
    expect(forward).toMatchObject({
      from: "one",
      to: "two",
      added: { filesAccessed: [{ path: "a.ts" }, { path: "c.ts" }], decisions: [{ decision: "second" }] },
      removed: { filesAccessed: [], recentSearches: [], decisions: [], savedMemories: [] },
      scores: { "a.ts": { from: 0.9, to: 0.1 }, "c.ts": { from: null, to: 0.2 } },
      workspaceChanged: true,
      stateChanged: true,
    });
    expect(await checkpoints.compare(id, "one")).toEqual({ ...forward, to: null, stateChanged: null });
    const back = await checkpoints.compare(id, "two", { to: "one" });
    expect(back).toMatchObject({ added: forward.removed, removed: forward.added });
  });

  test("bring a context back, as often as one likes, and keep what is recorded meanwhile", async () => {
    const { checkpoints, context, resources } = services.tl;
    const id = await fill();
    const before = await context.get(id);
    await checkpoints.create(id, { name: "here", state: ["plan"] });
    await context.record(id, {
      files: [{ path: "a.ts", importance: 0 }, { path: "c.ts" }],
      decisions: ["wrong"],
    });
    await context.pack(id, { aboveBytes: 0 });
    await context.record(id, { files: [{ path: "d.ts" }], searches: ["wrong"], workspace: null });
    expect((await checkpoints.restore(id, "here")).state).toEqual(["plan"]);
    const { compressed: _, ...restored } = await context.get(id);
    expect(before).toMatchObject(restored);
    await checkpoints.restore(id, "here");
    expect(before).toMatchObject({ ...restored, totals: (await context.get(id)).totals });
    // What happened to the resources has happened.
    expect((await resources.list({ order: "accessed", limit: 1 })).items).toMatchObject([{ accessCount: 2 }]);
    await context.pack(id, { aboveBytes: 0 });
    await context.appendDecision(id, "wrong again");
    const late = beforeNextCommit(services, () => context.appendSearch(id, "not yet seen"));
    await late.checkpoints.restore(id, "here");
    expect((await context.get(id)).context.decisions.map(({ decision }) => decision)).toEqual(["first"]);
  });

  test("leave alone what is recorded once they are being restored", async () => {
    const { checkpoints, context } = services.tl;
    const id = await fill();
    await checkpoints.create(id, { name: "here" });
    await context.record(id, { files: [{ path: "a.ts", importance: 0 }], decisions: ["wrong"] });
    const late = afterNextCommit(services, () =>
      context.record(id, {
        files: [{ path: "a.ts", importance: 0.4 }],
        decisions: ["meanwhile"],
        workspace: { open: ["b.ts"] },
      }),
    );
    await late.checkpoints.restore(id, "here");
    const { context: content } = await context.get(id);
    expect(content.decisions.map(({ decision }) => decision)).toEqual(["first", "meanwhile"]);
    expect(content).toMatchObject({
      filesAccessed: [{ path: "a.ts" }, { path: "b.ts" }, { path: "a.ts", importance: 0.4 }],
      fileImportanceScores: { "a.ts": 0.4 },
      workspace: { open: ["b.ts"] },
    });
  });

  test("bring scores back of files whose resources are gone", async () => {
    const { checkpoints, context, resources, store, tenant } = services.tl;
    const id = await fill();
    await checkpoints.create(id, { name: "here" });
    await context.record(id, { files: [{ path: "a.ts", importance: 0 }] });
    const { items } = await resources.list();
    const writes = items.map(({ id: resource }) => {
      return { type: "remove", kind: "resources", key: [resource] } as const;
    });
    await store.commit({ tenant, writes });
    expect((await context.get(id)).context.fileImportanceScores).toEqual({ "a.ts": 0 });
    await checkpoints.restore(id, "here");
    expect((await context.get(id)).context.fileImportanceScores).toEqual({ "a.ts": 0.9 });
  });

  test("that are restored while another packs lose nothing", async () => {
    const { checkpoints, context, sessions } = services.tl;
    const id = await fill();
    await checkpoints.create(id, { name: "here" });
    const { context: content, totals } = await context.get(id);
    await context.record(id, { decisions: ["wrong", "also wrong"] });
    await context.pack(id, { aboveBytes: 0 });
    await context.record(id, { searches: ["wrong"] });
    await Promise.all([checkpoints.restore(id, "here"), context.pack(id, { aboveBytes: 0 })]);
    expect(await context.get(id)).toMatchObject({ context: content, totals });
    expect(await context.pack(id, { aboveBytes: 0 })).toBeLessThan(5);
    const { contextSizeBytes } = await sessions.get(id);
    await checkpoints.restore(id, "here");
    expect((await sessions.get(id)).contextSizeBytes).toBe(contextSizeBytes);
  });

  test("of large contexts and states lie apart, come back in steps, and are released", async () => {
    const { sessions, checkpoints, store } = services.tl;
    const { context } = new Throughline(store, { packContextAbove: null });
    const { id } = await sessions.create();
    for (let part = 0; part < 4; part += 1) {
      const files = Array.from({ length: 600 }, (_, index) => ({
        path: `src/${part}-${index % 90}/file.ts`,
      }));
      await context.record(id, { files });
    }
    const state = { text: awkward.repeat(20_000) };
    const { sizeBytes } = await checkpoints.create(id, { name: "large", state });
    expect(sizeBytes).toBeGreaterThan(500_000);
    expect((await storedBlobs(store)).references).toHaveLength(2);
    const before = await context.get(id, { full: true });
    const found = await checkpoints.get(id, "large");
    expect(found).toMatchObject({ state, context: before.context });
    const { id: empty } = await sessions.create();
    await checkpoints.create(empty, { name: "none" });
    await checkpoints.restore(empty, "none");
    expect((await context.get(empty)).totals.files).toBe(0);
    await checkpoints.create(id, { name: "again", state });
    await checkpoints.delete(id, "large");
    expect((await storedBlobs(store)).blobs).toHaveLength(2);
    await context.record(id, { files: [{ path: "more.ts" }] });
    await checkpoints.restore(id, "again");
    expect((await context.get(id, { full: true })).context).toEqual(before.context);
    await checkpoints.delete(id, "again");
    expect(await storedBlobs(store)).toMatchObject({ blobs: [], pieces: [], references: [] });
    await checkpoints.create(id, { name: "last", state });
    expect((await sessions.delete(id, { erase: true })).removed).toMatchObject({ checkpoints: 1, blobs: 2 });
    expect((await storedBlobs(store)).blobs).toEqual([]);
  });

  test("that come anew while they are forgotten leave nothing behind", async () => {
    const { checkpoints, store } = services.tl;
    const id = await fill();
    await checkpoints.create(id, { name: "here", state: "one ".repeat(30_000) });
    const late = beforeNextCommit(services, async () => {
      await checkpoints.delete(id, "here");
      await checkpoints.create(id, { name: "here", state: "two ".repeat(30_000) });
    });
    await late.checkpoints.delete(id, "here");
    expect((await checkpoints.list(id)).items).toEqual([]);
    expect(await storedBlobs(store)).toMatchObject({ blobs: [], pieces: [], references: [] });
  });

  test("refuse a name that is taken or none, and what is not there", async () => {
    const { checkpoints, sessions } = services.tl;
    const id = await fill();
    await checkpoints.create(id, { name: "here" });
    await expect(checkpoints.create(id, { name: "here", state: 2 })).rejects.toMatchObject({
      code: "conflict",
      reason: "exists",
    });
    for (const [given, field] of [
      [{ name: "" }, "name"],
      [{ name: ".." }, "name"],
      [{ name: "a\0" }, "name"],
      [{ name: "a", state: () => 1 }, "state"],
      [{}, "name"],
    ] as const) {
      await expect(checkpoints.create(id, given as never)).rejects.toMatchObject({
        code: "invalid",
        details: { field },
      });
    }
    const missing = { code: "not_found", reason: "checkpoint" };
    await expect(checkpoints.get(id, "none")).rejects.toMatchObject(missing);
    await expect(checkpoints.get(id, "\0")).rejects.toMatchObject(missing);
    await expect(checkpoints.restore(id, "none")).rejects.toMatchObject(missing);
    await expect(checkpoints.compare(id, "here", { to: "none" })).rejects.toMatchObject(missing);
    await sessions.delete(id);
    const gone = { code: "not_found", reason: "session" };
    await expect(checkpoints.list(id)).rejects.toMatchObject(gone);
    await expect(checkpoints.get(id, "here")).rejects.toMatchObject(gone);
    await expect(checkpoints.restore(id, "here")).rejects.toMatchObject(gone);
    await expect(checkpoints.create(id, { name: "b" })).rejects.toMatchObject(gone);
    await expect(checkpoints.delete("nobody", "here")).rejects.toMatchObject(gone);
  });
});
