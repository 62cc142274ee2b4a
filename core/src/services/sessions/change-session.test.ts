import { describe, expect, test } from "vitest";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("changing sessions on %s", (name) => {
  const services = useServices(name);

  test("a change sets what is given and leaves the rest", async () => {
    const { sessions } = services.tl;
    const before = await sessions.create({ title: "Old", model: "m", tags: ["a"], metadata: { a: 1, b: 2 } });
    const after = await sessions.update(before.id, { title: "New", metadata: { c: 3 } });
    expect(after).toEqual({
      ...before,
      title: "New",
      metadata: { c: 3 },
      updatedAt: after.updatedAt,
      revision: 2,
    });
    expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
    expect(after.lastActivity).toEqual(before.lastActivity);
    expect(await sessions.get(before.id)).toEqual(after);
  });

  test("null empties a field", async () => {
    const { sessions } = services.tl;
    const given = {
      title: "T",
      model: "m",
      workspacePath: "/w",
      profile: "p",
      terminal: "t",
      processId: 3,
      summary: "s",
      expiresAt: new Date(5e12),
    };
    const { id } = await sessions.create(given);
    await sessions.update(id, { endedAt: new Date(4e12) });
    const nothing = Object.fromEntries([...Object.keys(given), "endedAt"].map((field) => [field, null]));
    expect(await sessions.update(id, nothing)).toMatchObject({
      title: null,
      model: null,
      workspacePath: null,
      profileId: null,
      terminalId: null,
      processId: null,
      summary: null,
      expiresAt: null,
      endedAt: null,
    });
    expect(await sessions.create({ terminal: "t" })).not.toMatchObject({ id });
  });

  test("every field that can be changed is changed", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    const changed = await sessions.update(id, {
      profile: "p",
      terminal: "t",
      processId: 9,
      pinned: true,
      tags: ["x"],
      metrics: { n: 1 },
      status: "expired",
      endedAt: "2026-01-01T00:00:00Z",
    });
    expect(changed).toMatchObject({
      profileId: "p",
      terminalId: "t",
      processId: 9,
      pinned: true,
      tags: ["x"],
      metrics: { n: 1 },
      status: "expired",
      archived: false,
      endedAt: new Date("2026-01-01T00:00:00Z"),
    });
    expect(await sessions.update(id, { tags: [], metrics: {} })).toMatchObject({ tags: [], metrics: {} });
    expect(await sessions.get(id)).toMatchObject({ tags: [], metrics: {}, processId: 9 });
  });

  test.each([
    ["what a session is known by", { user: "x" }, "user"],
    ["an external key", { externalKey: "k" }, "externalKey"],
    ["an unknown status", { status: "asleep" }, "status"],
    ["a revision that is none", { expectedRevision: "1" }, "expectedRevision"],
    ["metadata of 65 levels", { metadata: nested(65) }, "metadata"],
  ])("%s is refused", async (_, changes, field) => {
    const { id } = await services.tl.sessions.create();
    await expect(services.tl.sessions.update(id, changes as never)).rejects.toMatchObject({
      code: "invalid",
      details: { field },
    });
    expect((await services.tl.sessions.get(id)).revision).toBe(1);
  });

  test("metadata has up to 64 levels and 64 KiB", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    expect((await sessions.update(id, { metadata: nested(64) })).metadata).toEqual(nested(64));
    const large = "x".repeat(64 * 1024 - '{"a":""}'.length);
    expect((await sessions.update(id, { metadata: { a: large } })).metadata).toEqual({ a: large });
    for (const tooLarge of [`${large}x`, Array<number>(300_000).fill(1)]) {
      await expect(sessions.update(id, { metadata: { a: tooLarge } })).rejects.toMatchObject({
        code: "too_large",
        reason: "metadata",
        outcome: "refused",
      });
    }
  });

  test("another revision than expected is a conflict, and nothing changes", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create({ title: "Old" });
    expect(await sessions.update(id, { title: "New", expectedRevision: 1 })).toMatchObject({ revision: 2 });
    await expect(sessions.update(id, { title: "Newer", expectedRevision: 1 })).rejects.toMatchObject({
      code: "conflict",
      reason: "expectation",
      outcome: "refused",
      details: { field: "revision", expected: 1, actual: 2 },
    });
    expect(await sessions.get(id)).toMatchObject({ title: "New", revision: 2 });
  });

  test("of changes at the same time for one revision, one is made", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        sessions.update(id, { title: `${index}`, expectedRevision: 1 }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refused = outcomes.filter(({ status }) => status === "rejected");
    const conflict: unknown = expect.objectContaining({ code: "conflict", reason: "expectation" });
    expect(refused).toEqual(Array.from({ length: 7 }, () => ({ status: "rejected", reason: conflict })));
    expect((await sessions.get(id)).revision).toBe(2);
  });

  test("archive, restore, pin and unpin", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    expect(await sessions.archive(id)).toMatchObject({ status: "archived", archived: true });
    expect(await sessions.restore(id)).toMatchObject({ status: "active", archived: false });
    await sessions.update(id, { status: "expired" });
    expect(await sessions.restore(id)).toMatchObject({ status: "active" });
    expect(await sessions.pin(id)).toMatchObject({ pinned: true });
    expect(await sessions.unpin(id)).toMatchObject({ pinned: false });
  });

  test("an append that comes between the reading and the writing of a change is in its answer", async () => {
    const { id } = await services.tl.sessions.create();
    const overtaken = beforeNextCommit(services, () =>
      services.tl.messages.append(id, [{ role: "user", content: "Hello" }]),
    );
    expect(await overtaken.sessions.update(id, { title: "T" })).toMatchObject({
      title: "T",
      messageCount: 1,
      revision: 3,
    });
  });

  test("a change of a session that is deleted meanwhile finds none", async () => {
    const { id } = await services.tl.sessions.create();
    const overtaken = beforeNextCommit(services, () => services.tl.sessions.delete(id));
    await expect(overtaken.sessions.update(id, { title: "T" })).rejects.toMatchObject({
      code: "not_found",
      details: { session: id },
    });
  });

  test("a deletion that an append overtakes is a deletion", async () => {
    const { id } = await services.tl.sessions.create();
    const overtaken = beforeNextCommit(services, () =>
      services.tl.messages.append(id, [{ role: "user", content: "Hello" }]),
    );
    await overtaken.sessions.delete(id);
    await expect(services.tl.sessions.get(id)).rejects.toMatchObject({ code: "not_found" });
    expect(await services.tl.sessions.undelete(id)).toMatchObject({ messageCount: 1 });
  });

  test("a deleted session is nowhere, and its keys are free", async () => {
    const { tl } = services;
    const { sessions, messages } = tl;
    const { id } = await sessions.create({ externalKey: "k", terminal: "t", tool: "x", project: "p" });
    await messages.append(id, [{ id: "m", role: "user", content: "needle" }]);
    await sessions.delete(id);
    const missing = { code: "not_found" };
    await expect(sessions.get(id)).rejects.toMatchObject(missing);
    await expect(sessions.find(id)).rejects.toMatchObject(missing);
    await expect(sessions.find(id.slice(-8))).rejects.toMatchObject(missing);
    await expect(sessions.find("x:k")).rejects.toMatchObject(missing);
    await expect(sessions.find("@last")).rejects.toMatchObject(missing);
    await expect(sessions.update(id, { title: "T" })).rejects.toMatchObject(missing);
    await expect(sessions.delete(id)).rejects.toMatchObject(missing);
    await expect(messages.get(id, "m")).rejects.toMatchObject(missing);
    await expect(messages.list(id)).rejects.toMatchObject(missing);
    await expect(messages.delete(id, "m")).rejects.toMatchObject(missing);
    await expect(messages.append(id, [{ role: "user", content: "x" }])).rejects.toMatchObject(missing);
    await expect(messages.put(id, [{ id: "m", role: "user", content: "x" }])).rejects.toMatchObject(missing);
    expect(await sessions.getByExternalKey({ tool: "x", externalKey: "k" })).toBeUndefined();
    for (const filter of [{}, { tool: "x" }, { project: "p" }, { externalKey: "k" }]) {
      expect((await sessions.list({ ...filter, all: true })).items).toEqual([]);
    }
    expect((await tl.search({ text: "needle" })).items).toEqual([]);
    expect((await tl.stats()).sessions.total).toBe(0);
    expect(await sessions.getOrCreate({ externalKey: "k", terminal: "t", tool: "x" })).toMatchObject({
      created: true,
    });
  });

  test("undelete brings everything back", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create({ externalKey: "k", title: "T" });
    await messages.append(id, [{ id: "m", role: "user", content: "needle" }]);
    const before = await sessions.get(id);
    await sessions.delete(id);
    expect(await sessions.undelete(id)).toEqual({ ...before, revision: before.revision + 2 });
    expect(await sessions.getByExternalKey({ externalKey: "k" })).toMatchObject({ id });
    expect((await messages.list(id)).items).toMatchObject([{ id: "m", content: "needle" }]);
    expect((await services.tl.search({ text: "needle" })).items).toMatchObject([{ sessionId: id }]);
    expect(await sessions.undelete(id)).toMatchObject({ revision: before.revision + 2 });
    await expect(sessions.undelete("nobody")).rejects.toMatchObject({ code: "not_found" });
  });

  test("a deleted session whose key was taken stays deleted", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create({ externalKey: "k" });
    await sessions.delete(id);
    const other = await sessions.create({ externalKey: "k" });
    await expect(sessions.undelete(id)).rejects.toMatchObject({ code: "conflict", reason: "unique" });
    await expect(sessions.get(id)).rejects.toMatchObject({ code: "not_found" });
    expect(await sessions.getByExternalKey({ externalKey: "k" })).toEqual(other);
    await sessions.delete(other.id);
    expect(await sessions.undelete(id)).toMatchObject({ id, externalKey: "k" });
  });

  test("a call that was given up before it began does nothing", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    const signal = AbortSignal.abort();
    await expect(sessions.update(id, { title: "T" }, { signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    await expect(sessions.delete(id, { signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(await sessions.get(id)).toMatchObject({ title: null, revision: 1 });
  });
});

/** An object of so many levels. */
function nested(levels: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let level = 1; level < levels; level += 1) value = { in: value };
  return value;
}
