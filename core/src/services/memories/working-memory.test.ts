import { describe, expect, test } from "vitest";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("working memory on %s", (name) => {
  const services = useServices(name);

  test("is merged field by field, for users and sessions each by themselves", async () => {
    const { workingMemory, sessions } = services.tl;
    const { id } = await sessions.create();
    const patch = {
      task: { title: "Fix", steps: [1, { a: null }] },
      mood: "good",
      text: "a\0\ud800",
      none: false,
    };
    const user = await workingMemory.update({ user: id }, patch);
    expect(user).toEqual({ fields: patch, updatedAt: user.updatedAt });
    expect(await workingMemory.get({ session: id })).toEqual({ fields: {}, updatedAt: null });
    await workingMemory.update({ session: id }, { own: 1 });
    const changed = await workingMemory.update(
      { user: id },
      { task: { title: null, steps: 3, more: { deep: true } }, mood: null, text: 1 },
    );
    expect(changed.fields).toEqual({ task: { steps: 3, more: { deep: true } }, text: 1, none: false });
    await workingMemory.clear({ user: id });
    await workingMemory.clear({ user: id });
    expect(await workingMemory.get({ user: id })).toEqual({ fields: {}, updatedAt: null });
    expect((await workingMemory.get({ session: id })).fields).toEqual({ own: 1 });
  });

  test("loses nothing of those who change members of one field at once", async () => {
    const { workingMemory } = services.tl;
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    await Promise.all([
      ...names.map((each) => workingMemory.update({ user: "ada" }, { shared: { [each]: 1 } })),
      ...names.map((each) => workingMemory.update({ user: "ada" }, { [each]: 1 })),
    ]);
    const all = Object.fromEntries(names.map((each) => [each, 1]));
    expect((await workingMemory.get({ user: "ada" })).fields).toEqual({ ...all, shared: all });
    const many = Object.fromEntries(names.map((each) => [each, { of: each }]));
    expect((await workingMemory.update({ user: "ada" }, many)).fields).toEqual({ ...many, shared: all });
  });

  test("of a session is hidden and erased with it, and keeps it active", async () => {
    const { workingMemory, sessions } = services.tl;
    const { id } = await sessions.create();
    await sessions.update(id, { status: "expired" });
    await workingMemory.update({ session: id }, { a: 1, b: { c: 1 } });
    expect(await sessions.get(id)).toMatchObject({ status: "active" });
    const late = beforeNextCommit(services, () => sessions.delete(id));
    const gone = { code: "not_found", reason: "session" };
    await expect(late.workingMemory.update({ session: id }, { a: 2 })).rejects.toMatchObject(gone);
    await expect(workingMemory.get({ session: id })).rejects.toMatchObject(gone);
    await expect(workingMemory.clear({ session: id })).rejects.toMatchObject(gone);
    const { removed } = await sessions.delete(id, { erase: true });
    expect(removed).toMatchObject({ working_memories: 2 });
  });

  test.each([
    ["no owner", {}, { a: 1 }, "type"],
    ["two owners", { user: "a", session: "b" }, { a: 1 }, "type"],
    ["a list", { user: "a" }, [], "type"],
    ["what is no JSON", { user: "a" }, { a: { b: Number.NaN } }, "type"],
    ["a name without text", { user: "a" }, { "": 1 }, "type"],
    ["a name that databases would change", { user: "a" }, { "\ud800": 1 }, "type"],
    [
      "too many fields",
      { user: "a" },
      Object.fromEntries(Array.from({ length: 101 }, (_, at) => [at, 1])),
      "type",
    ],
    ["too much", { user: "a" }, { a: "x".repeat(1024 * 1024) }, "too_long"],
  ])("%s is refused, and nothing is written", async (_, owner, patch, reason) => {
    const call = services.tl.workingMemory.update(owner, patch as Record<string, unknown>);
    await expect(call).rejects.toMatchObject({ code: "invalid", reason });
    expect((await services.tl.workingMemory.get({ user: "a" })).fields).toEqual({});
  });
});
