import { describe, expect, test } from "vitest";
import type { ContextInput } from "../../schemas/context-input.ts";
import { beforeNextCommit, beginning, storeNames, useServices } from "../test/use-services.ts";
import { contextToJson } from "./session-context.ts";

const awkward = "NUL \0, lone \ud800, \udfff, 🙂, \u2028, \\ud800 \"'";

describe.each(storeNames)("the context of a session on %s", (name) => {
  const services = useServices(name);

  test("is whole while nothing is left out, also where there are as many files as one look has room for", async () => {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    for (let part = 0; part < 4; part += 1) {
      const files = Array.from({ length: 250 }, (_, index) => ({
        path: `${part}/${index}`,
        importance: 0.5,
      }));
      await context.record(id, { files });
    }
    const whole = await context.get(id);
    expect(whole).toMatchObject({ truncated: false, totals: { files: 1_000 } });
    expect((await context.get(id, { full: true })).context).toEqual(whole.context);
    await context.appendFileAccess(id, "one more");
    expect(await context.get(id)).toMatchObject({ truncated: true });
  });

  test("is empty while nothing was recorded, and nothing is written by reading", async () => {
    const { sessions, context, store } = services.tl;
    const { id } = await sessions.create();
    expect(await context.get(id)).toEqual({
      sessionId: id,
      context: {
        filesAccessed: [],
        fileImportanceScores: {},
        recentSearches: [],
        decisions: [],
        savedMemories: [],
        workspace: null,
      },
      compressed: false,
      sizeBytes: 122,
      totals: { files: 0, searches: 0, decisions: 0, memories: 0 },
      truncated: false,
    });
    const requests = [{ type: "get", kind: "session_contexts", keys: [[id]] }] as const;
    expect((await store.read({ tenant: "default", requests })).answers[0]).toEqual([undefined]);
  });

  test("comes back as it was recorded, in order, with its size as JSON", async () => {
    const { sessions, context } = services.tl;
    const { id, lastActivity } = await sessions.create();
    const early = new Date(beginning - 1_000);
    await context.record(id, {
      files: [
        { path: "src/a.ts", importance: 0.8 },
        { path: "src/b.ts", kind: "EDIT" },
        { path: "src/a.ts", kind: "REFERENCE", importance: 0.25 },
        { path: "../old.ts".slice(3), at: early },
      ],
      searches: [awkward, { query: "before", at: early.toISOString() }],
      decisions: [awkward, "second"],
      memories: [{ id: "mem_abc123def456", key: "architecture" }],
      workspace: { open: ["src/a.ts"], cwd: awkward },
    });
    const found = await context.get(id);
    expect(found.context.filesAccessed.map(({ path, kind, order }) => [order, path, kind])).toEqual([
      [1, "old.ts", "VIEW"],
      [2, "src/a.ts", "VIEW"],
      [3, "src/b.ts", "EDIT"],
      [4, "src/a.ts", "REFERENCE"],
    ]);
    expect(found.context.fileImportanceScores).toEqual({ "src/a.ts": 0.25 });
    expect(found.context.recentSearches.map(({ query }) => query)).toEqual(["before", awkward]);
    expect(found.context.decisions.map(({ decision }) => decision)).toEqual([awkward, "second"]);
    expect(found.context.savedMemories).toMatchObject([{ id: "mem_abc123def456", key: "architecture" }]);
    expect(found.context.workspace).toEqual({ open: ["src/a.ts"], cwd: awkward });
    expect(found.totals).toEqual({ files: 4, searches: 2, decisions: 2, memories: 1 });
    const json = JSON.stringify(contextToJson(found).context);
    expect(found.sizeBytes).toBe(Buffer.byteLength(json));
    expect(await context.get(id, { full: true })).toEqual(found);
    const session = await sessions.get(id);
    expect(session.lastActivity.getTime()).toBeGreaterThan(lastActivity.getTime());
    expect(session.contextSizeBytes).toBeGreaterThan(500);
  });

  test("keeps its workspace until another is given, or null", async () => {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    await context.record(id, { workspace: ["a"] });
    await context.appendSearch(id, "b");
    expect((await context.get(id)).context.workspace).toEqual(["a"]);
    await context.record(id, { workspace: { b: 1 } });
    expect((await context.get(id)).context.workspace).toEqual({ b: 1 });
    await context.record(id, { workspace: null });
    expect((await context.get(id)).context.workspace).toBeNull();
  });

  test("is added to by one function for each kind", async () => {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    await context.appendFileAccess(id, "/src/auth/login.py", 0.9);
    await context.appendFileAccess(id, "/src/auth/login.py");
    await context.appendSearch(id, "authentication implementation");
    await context.appendDecision(id, "Using JWT for auth");
    await context.appendMemoryReference(id, "mem_abc123", "architecture");
    const { context: content, totals } = await context.get(id);
    expect(totals).toEqual({ files: 2, searches: 1, decisions: 1, memories: 1 });
    expect(content.fileImportanceScores).toEqual({ "/src/auth/login.py": 0.9 });
    expect(content.filesAccessed.map(({ importance }) => importance)).toEqual([0.9, null]);
  });

  test("is recorded once under one operation id, and refused with other content", async () => {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    const given: ContextInput = { files: [{ path: "a.ts" }], decisions: ["yes"] };
    expect(await context.record(id, given, { operationId: "hook-1" })).toEqual({ replayed: false });
    expect(await context.record(id, given, { operationId: "hook-1" })).toEqual({ replayed: true });
    const { totals } = await context.get(id);
    expect(totals).toMatchObject({ files: 1, decisions: 1 });
    await expect(context.record(id, { decisions: ["no"] }, { operationId: "hook-1" })).rejects.toMatchObject({
      code: "conflict",
      reason: "operation_reused",
    });
    expect(await services.tl.resources.getMostAccessedResources()).toMatchObject([{ accessCount: 1 }]);
  });

  test("loses nothing of two who write at once, also of a file that both are first to see", async () => {
    const { sessions, context, resources } = services.tl;
    const { id } = await sessions.create();
    await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        context.record(id, {
          files: [{ path: "shared.ts" }, { path: `${index % 4}.ts`, kind: "EDIT" }],
          searches: [`search ${index}`],
        }),
      ),
    );
    const { context: content, totals } = await context.get(id);
    expect(totals).toMatchObject({ files: 32, searches: 16 });
    expect(content.filesAccessed.map(({ order }) => order)).toEqual(
      Array.from({ length: 32 }, (_, index) => index + 1),
    );
    expect(new Set(content.recentSearches.map(({ query }) => query)).size).toBe(16);
    const [shared, ...others] = await resources.getMostAccessedResources();
    expect(shared).toMatchObject({ path: "shared.ts", accessCount: 16, editCount: 0 });
    expect(others.map(({ accessCount, editCount }) => [accessCount, editCount])).toEqual(
      Array.from({ length: 4 }, () => [4, 4]),
    );
  });

  test("of more than a thousand entries is truncated unless all are asked for, and read page by page", async () => {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    for (let part = 0; part < 3; part += 1) {
      const files = Array.from({ length: 500 }, (_, index) => ({ path: `${(part * 500 + index) % 7}.ts` }));
      await context.record(id, { files, decisions: [`part ${part}`] });
    }
    const newest = await context.get(id);
    expect(newest).toMatchObject({ truncated: true, totals: { files: 1_500, decisions: 3 } });
    expect(newest.context.filesAccessed).toHaveLength(1_000);
    expect(newest.context.filesAccessed[0]?.order).toBe(501);
    const whole = await context.get(id, { full: true });
    expect(whole.truncated).toBe(false);
    expect(whole.context.filesAccessed.slice(500)).toEqual(newest.context.filesAccessed);
    expect(whole.context.filesAccessed.map(({ path }) => path)).toEqual(
      Array.from({ length: 1_500 }, (_, index) => `${index % 7}.ts`),
    );
    // What is said of the whole without reading it is nearly right.
    expect(Math.abs(newest.sizeBytes / whole.sizeBytes - 1)).toBeLessThan(0.05);
    const paged = [];
    let cursor: string | undefined;
    do {
      const page = await context.files(id, { limit: 400, ...(cursor === undefined ? {} : { cursor }) });
      paged.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(paged).toEqual(whole.context.filesAccessed);
  });

  test("makes an expired session active again, also where it expires meanwhile, and no archived one", async () => {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    await sessions.update(id, { status: "expired" });
    await context.appendSearch(id, "a");
    expect(await sessions.get(id)).toMatchObject({ status: "active" });
    const late = beforeNextCommit(services, () => sessions.update(id, { status: "expired" }));
    await late.context.appendSearch(id, "b");
    expect(await sessions.get(id)).toMatchObject({ status: "active" });
    await sessions.archive(id);
    await context.record(id, {});
    expect(await sessions.get(id)).toMatchObject({ status: "archived" });
    expect((await context.get(id)).totals.searches).toBe(2);
  });

  test("is hidden and erased with its session", async () => {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    const missing = { code: "not_found", reason: "session" };
    await context.record(id, { files: [{ path: "a.ts" }], decisions: ["d"], workspace: 1 });
    const late = beforeNextCommit(services, () => sessions.delete(id));
    await expect(late.context.appendSearch(id, "late")).rejects.toMatchObject(missing);
    for (const session of [id, "nobody", ""]) {
      await expect(context.get(session)).rejects.toMatchObject(missing);
      await expect(context.files(session)).rejects.toMatchObject(missing);
      await expect(context.record(session, {})).rejects.toMatchObject(missing);
    }
    await sessions.undelete(id);
    expect((await context.get(id)).totals).toEqual({ files: 1, searches: 0, decisions: 1, memories: 0 });
    expect((await sessions.delete(id, { erase: true })).removed).toMatchObject({
      context_entries: 1,
      resource_access_logs: 1,
      session_contexts: 1,
      session_resources: 1,
    });
  });

  test.each([
    [{ files: [{ path: "a", importance: 1.5 }] }, "type", "files.0.importance"],
    [{ files: [{ path: "a", importance: -0.1 }] }, "type", "files.0.importance"],
    [{ files: [{ path: "a", importance: Number.NaN }] }, "type", "files.0.importance"],
    [{ files: [{ path: "a", importance: 80 }] }, "type", "files.0.importance"],
    [{ files: [{ path: "a", kind: "DELETE" }] }, "type", "files.0.kind"],
    [{ files: [{ path: "../a" }] }, "type", "files.0.path"],
    [{ files: [{ path: "a/b/../../../c" }] }, "type", "files.0.path"],
    [{ files: [{ path: "C:\\..\\a" }] }, "type", "files.0.path"],
    [{ files: [{ path: "/../etc" }] }, "type", "files.0.path"],
    [{ files: [{ path: "" }] }, "type", "files.0.path"],
    [{ files: [{ path: "a\0" }] }, "type", "files.0.path"],
    [{ files: [{ path: "\ud800" }] }, "type", "files.0.path"],
    [{ files: [{ path: "é".repeat(2_049) }] }, "too_long", "files.0.path"],
    [{ files: [{}] }, "type", "files.0.path"],
    [{ searches: [""] }, "type", "searches.0"],
    [{ searches: ["a".repeat(1024 * 1024 + 1)] }, "too_long", "searches.0"],
    [{ decisions: [{ query: "a" }] }, "type", "decisions.0.decision"],
    [{ decisions: Array.from({ length: 1_001 }, () => "a") }, "too_long", "decisions"],
    [{ memories: [{ id: "mem_1" }] }, "type", "memories.0.key"],
    [{ workspace: { now: new Date(0) } }, "type", "workspace"],
    [{ file: "a" }, "unknown_field", "file"],
  ])("refuses what is wrong, case %#, with the field, and records nothing", async (given, reason, field) => {
    const { sessions, context, resources } = services.tl;
    const { id } = await sessions.create();
    const both = { decisions: ["right"], ...given };
    await expect(context.record(id, both as never)).rejects.toMatchObject({
      code: "invalid",
      reason,
      details: { field },
    });
    expect((await context.get(id)).totals).toEqual({ files: 0, searches: 0, decisions: 0, memories: 0 });
    expect((await resources.list()).items).toEqual([]);
  });

  test("says how to scale a score, and refuses what is more than one batch holds", async () => {
    const { sessions, context } = services.tl;
    const { id } = await sessions.create();
    await expect(context.appendFileAccess(id, "a", 80)).rejects.toThrow(/80 of 100 is 0.8/);
    const long = "x".repeat(1024 * 1024);
    const refused = { code: "too_large", reason: "context", outcome: "refused" };
    await expect(context.record(id, { decisions: [long, long, long, long] })).rejects.toMatchObject(refused);
    const files = Array.from({ length: 400 }, (_, index) => ({ path: `${index}.ts` }));
    await expect(context.record(id, { files })).rejects.toMatchObject(refused);
    await expect(context.record(id, { workspace: long })).rejects.toMatchObject(refused);
    expect((await context.get(id)).totals).toEqual({ files: 0, searches: 0, decisions: 0, memories: 0 });
    await context.record(id, { files: files.slice(0, 330), decisions: [long, long] });
    expect((await context.get(id)).totals).toMatchObject({ files: 330, decisions: 2 });
  });
});
