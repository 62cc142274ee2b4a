import { describe, expect, test } from "vitest";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("what tools keep on %s", (name) => {
  const services = useServices(name);

  test("all who ask for a tool's session get the same, also without a key", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create();
    const asked = { session: id, tool: "editor" };
    const found = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        tl.toolSessions.getOrCreate(index % 2 === 0 ? asked : { ...asked, key: null }),
      ),
    );
    expect(new Set(found.map(({ toolSessionId }) => toolSessionId)).size).toBe(1);
    expect(found.filter(({ created }) => created)).toHaveLength(1);
    const [first] = found;
    const keyed = await tl.toolSessions.getOrCreate({ ...asked, key: "main.ts" });
    expect(keyed).toMatchObject({ created: true, sessionId: id, toolName: "editor", toolKey: "main.ts" });
    expect(keyed.toolSessionId).not.toBe(first?.toolSessionId);
    services.time += 1_000;
    await tl.toolSessions.getOrCreate(asked);
    const { items } = await tl.toolSessions.list({ session: id });
    expect(items.map(({ toolKey }) => toolKey)).toEqual([null, "main.ts"]);
    expect(items[0]?.lastAccessed.getTime()).toBeGreaterThan(items[1]?.lastAccessed.getTime() ?? 0);
    await tl.flushReads();
    expect((await tl.toolSessions.list({ session: id })).items).toEqual(items);
    await tl.toolSessions.delete(asked);
    await tl.toolSessions.delete(asked);
    expect((await tl.toolSessions.list({ session: id })).items).toMatchObject([{ toolKey: "main.ts" }]);
    expect(await tl.toolSessions.getOrCreate(asked)).toMatchObject({ created: true });
  });

  test("a tool's session goes with its session, and wakes an expired one", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create();
    await tl.sessions.update(id, { status: "expired" });
    await tl.toolSessions.getOrCreate({ session: id, tool: "editor" });
    expect(await tl.sessions.get(id)).toMatchObject({ status: "active" });
    const gone = { code: "not_found", reason: "session" };
    const late = beforeNextCommit(services, () => tl.sessions.delete(id));
    await expect(late.toolSessions.getOrCreate({ session: id, tool: "shell" })).rejects.toMatchObject(gone);
    await Promise.all(
      [
        tl.toolSessions.getOrCreate({ session: id, tool: "editor" }),
        tl.toolSessions.list({ session: id }),
        tl.toolSessions.delete({ session: id, tool: "editor" }),
      ].map((call) => expect(call).rejects.toMatchObject(gone)),
    );
    expect((await tl.sessions.delete(id, { erase: true })).removed).toMatchObject({ tool_sessions: 1 });
  });

  test("clones are noted, looked up, checked and forgotten", async () => {
    const { repoCache } = services.tl;
    const repo = { key: "github.com/a/b#main", url: "https://github.com/a/b", localPath: "/cache/b" };
    const first = await repoCache.set({ ...repo, ref: "main", commit: "c0ffee" });
    expect(first).toMatchObject({ ...repo, ref: "main", searchPath: null, commit: "c0ffee" });
    services.time += 1_000;
    const again = await repoCache.set({ ...repo, searchPath: "src" });
    expect(again).toMatchObject({ ref: null, searchPath: "src", commit: null, clonedAt: first.clonedAt });
    expect(again.lastUpdated.getTime()).toBeGreaterThan(first.lastUpdated.getTime());
    const moved = await repoCache.set({ ...repo, localPath: "/cache/c" });
    expect(moved.clonedAt.getTime()).toBeGreaterThan(first.clonedAt.getTime());
    await repoCache.set({ key: "other", url: "", localPath: "/cache/other" });
    expect((await repoCache.list()).items.map(({ key }) => key)).toEqual(["other", repo.key]);
    const page = await repoCache.list({ limit: 1 });
    expect((await repoCache.list({ cursor: page.next ?? "" })).items.map(({ key }) => key)).toEqual([
      repo.key,
    ]);
    const late = beforeNextCommit(services, () =>
      repoCache.set({ key: "other", url: "", localPath: "/cache/again" }),
    );
    expect(await late.repoCache.validate((path) => path === "/cache/c")).toEqual([]);
    expect(await repoCache.validate(async (path) => path !== "/cache/c")).toEqual([repo.key]);
    const missing = { code: "not_found", reason: "repository" };
    await expect(repoCache.get(repo.key)).rejects.toMatchObject(missing);
    await repoCache.delete("other");
    await expect(repoCache.delete("other")).rejects.toMatchObject(missing);
    await expect(repoCache.set({ ...repo, localPath: "" })).rejects.toMatchObject({ code: "invalid" });
    await expect(repoCache.set({ ...repo, key: ".." })).rejects.toMatchObject({ code: "invalid" });
  });

  test("commands are counted for each user", async () => {
    const { commands } = services.tl;
    await Promise.all(Array.from({ length: 5 }, () => commands.record({ user: "ada", command: "/test" })));
    await commands.record({ user: "ada", command: "/deploy" });
    expect(await commands.record({ user: "bob", command: "/test" })).toMatchObject({ usageCount: 1 });
    const listed = async (order: "count" | "recent") =>
      (await commands.list({ user: "ada", order })).items.map(({ command, usageCount }) => [
        command,
        usageCount,
      ]);
    expect(await listed("count")).toEqual([
      ["/test", 5],
      ["/deploy", 1],
    ]);
    expect(await listed("recent")).toEqual([
      ["/deploy", 1],
      ["/test", 5],
    ]);
    const { next } = await commands.list({ user: "ada", limit: 1 });
    expect((await commands.list({ user: "ada", cursor: next ?? "" })).items).toMatchObject([
      { command: "/deploy" },
    ]);
    await expect(commands.list({ user: "bob", cursor: next ?? "" })).rejects.toMatchObject({
      reason: "cursor",
    });
    await expect(commands.record({ user: "ada", command: "" })).rejects.toMatchObject({ code: "invalid" });
  });
});
