import { describe, expect, test } from "vitest";
import { beginning, storeNames, useServices } from "./test/use-services.ts";

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
});
