import { describe, expect, test } from "vitest";
import { beginning, storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("projects on %s", (name) => {
  const services = useServices(name);

  test("a project is made when it is first named", async () => {
    const { tl } = services;
    await tl.memories.set({ project: "a", key: "k", value: "v" });
    await tl.memories.set({ project: "a", key: "k", value: "w" });
    await tl.sessions.create({ project: "b" });
    await tl.sessions.getOrCreate({ project: "c" }, { messages: [{ role: "user", content: "Hello" }] });
    expect(await tl.projects.get("a")).toMatchObject({ id: "a", name: "a", repository: null });
    expect((await tl.projects.get("a")).createdAt.getTime()).toBeLessThan(beginning + 1_000);
    const one = await tl.projects.list({ limit: 2 });
    const two = await tl.projects.list({ cursor: one.next ?? "" });
    expect([...one.items, ...two.items].map(({ id }) => id)).toEqual(["c", "b", "a"]);
    await expect(tl.projects.get("d")).rejects.toMatchObject({ code: "not_found", reason: "project" });
  });

  test("a repository has one project, whoever asks, however many at once", async () => {
    const { tl } = services;
    const repository = "git@example.com:garden/repo one.git";
    const all = await Promise.all([1, 2, 3, 4].map(() => tl.projects.ofRepository({ repository })));
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set(["repo-one"]));
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    expect(await tl.projects.ofRepository({ repository: "example.com/garden/repo one", name: "x" })).toEqual({
      ...(await tl.projects.get("repo-one")),
      created: false,
    });
    expect(await tl.projects.findRepository(repository)).toMatchObject({
      id: "repo-one",
      name: "repo one",
      repository: "example.com/garden/repo one",
    });
    expect(await tl.projects.findRepository("example.com/none")).toBeUndefined();
  });

  test("another project of that name keeps it, also one that was made by hand", async () => {
    const { tl } = services;
    await tl.sessions.create({ project: "by-hand" });
    const two = ["a", "b"].map((owner) => tl.projects.ofRepository({ repository: `host/${owner}/by-hand` }));
    const ids = (await Promise.all(two)).map(({ id }) => id);
    for (const id of ids) expect(id).toMatch(/^by-hand-[0-9a-f]{6}$/);
    expect(new Set(ids).size).toBe(2);
    expect((await tl.projects.get("by-hand")).repository).toBeNull();
    expect((await tl.projects.ofRepository({ repository: "host/..", name: " / " })).id).toBe("project");
  });

  test("a project is renamed, and told of its repository", async () => {
    const { tl } = services;
    await tl.sessions.create({ project: "old" });
    const changed = await tl.projects.update("old", {
      name: "New",
      repository: "https://x:y@host/garden/old",
    });
    expect(changed).toEqual(await tl.projects.get("old"));
    expect(changed).toMatchObject({ name: "New", repository: "host/garden/old" });
    const moved = { repository: "host/moved/old", formerly: "host/garden/old" };
    expect(await tl.projects.ofRepository(moved)).toMatchObject({ id: "old", name: "New", created: false });
    await tl.sessions.create({ project: "other" });
    await expect(tl.projects.update("other", { repository: "host/moved/old" })).rejects.toMatchObject({
      code: "conflict",
      reason: "unique",
      details: { project: "old" },
    });
    await tl.projects.update("old", { repository: null });
    expect(await tl.projects.update("other", { repository: "host/moved/old" })).toMatchObject({
      id: "other",
    });
    expect(await tl.projects.update("other", {})).toMatchObject({ repository: "host/moved/old" });
    await expect(tl.projects.update("none", { name: "n" })).rejects.toMatchObject({ reason: "project" });
    for (const bad of [{ repository: "" }, { name: "" }, { repository: "file:///a" }, { id: "x" }])
      await expect(tl.projects.update("old", bad as object)).rejects.toMatchObject({ code: "invalid" });
  });
});
