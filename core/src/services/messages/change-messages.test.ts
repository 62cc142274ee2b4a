import { beforeEach, describe, expect, test } from "vitest";
import { storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("changing messages on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
    await services.tl.messages.append(session, [
      { id: "a", role: "user", content: "Hello", tokenCount: 1 },
      { id: "b", role: "assistant", content: "Good day", tokenCount: 2, metadata: { old: true } },
    ]);
  });

  test("put replaces what is there, and keeps its position and when it was made", async () => {
    const { messages } = services.tl;
    const before = await messages.get(session, "b");
    const result = await messages.put(session, [
      { id: "b", role: "assistant", content: [{ type: "text", text: "Bye" }], tokenCount: 5, model: "m" },
    ]);
    expect(result).toEqual({ items: [{ id: "b", seq: 2 }], replayed: false });
    const after = await messages.get(session, "b");
    expect(after).toEqual({
      ...before,
      content: [{ type: "text", text: "Bye" }],
      tokenCount: 5,
      model: "m",
      metadata: {},
      updatedAt: after.updatedAt,
      revision: 2,
    });
    expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
    expect(await services.tl.sessions.get(session)).toMatchObject({ messageCount: 2, tokenCount: 6 });
  });

  test("put appends what is not there", async () => {
    const { messages } = services.tl;
    const result = await messages.put(session, [
      { id: "a", role: "user", content: "Hi" },
      { id: "c", role: "user", content: "New", parentId: "b" },
    ]);
    expect(result.items).toEqual([
      { id: "a", seq: 1 },
      { id: "c", seq: 3 },
    ]);
    const { items } = await messages.list(session);
    expect(items.map(({ content }) => content)).toEqual(["Hi", "Good day", "New"]);
  });

  test("put replaces only the revision that is expected", async () => {
    const { messages } = services.tl;
    const bye = [{ id: "b", role: "assistant", content: "Bye" }] as const;
    await messages.put(session, bye, { expectedRevision: 1 });
    await expect(messages.put(session, bye, { expectedRevision: 1 })).rejects.toMatchObject({
      code: "conflict",
      outcome: "refused",
      details: { field: "revision", expected: 1, actual: 2 },
    });
    const absent = [{ ...bye[0], id: "x" }];
    await expect(messages.put(session, absent, { expectedRevision: 1 })).rejects.toMatchObject({
      code: "conflict",
    });
    const two = [...bye, { ...bye[0], id: "a" }];
    await expect(messages.put(session, two, { expectedRevision: 1 })).rejects.toMatchObject({
      code: "invalid",
      details: { field: "expectedRevision" },
    });
    expect(await messages.get(session, "b")).toMatchObject({ revision: 2 });
  });

  test("put is repeated safely under an operation id", async () => {
    const { messages } = services.tl;
    const bye = [{ id: "b", role: "assistant", content: "Bye" }] as const;
    const first = await messages.put(session, bye, { operationId: "op" });
    expect(await messages.put(session, bye, { operationId: "op" })).toEqual({ ...first, replayed: true });
    expect(await messages.get(session, "b")).toMatchObject({ revision: 2 });
  });

  test("put needs ids", async () => {
    await expect(services.tl.messages.put(session, [{ role: "user", content: "x" }])).rejects.toMatchObject({
      code: "invalid",
      reason: "id",
    });
  });

  test("an append of what was replaced since is a repeat", async () => {
    const { messages } = services.tl;
    await messages.put(session, [{ id: "b", role: "assistant", content: "Bye" }]);
    const first = { id: "b", role: "assistant", content: "Good day" } as const;
    expect(await messages.append(session, [first])).toMatchObject({ replayed: true });
    expect((await messages.get(session, "b")).content).toBe("Bye");
  });

  test("a deleted message leaves its position and id, and nothing else", async () => {
    const { messages } = services.tl;
    await messages.delete(session, "b");
    await expect(messages.get(session, "b")).rejects.toMatchObject({ code: "not_found", reason: "message" });
    await expect(messages.delete(session, "b")).rejects.toMatchObject({ code: "not_found" });
    expect((await messages.list(session)).items.map(({ id }) => id)).toEqual(["a"]);
    expect(await services.tl.sessions.get(session)).toMatchObject({ messageCount: 1, tokenCount: 1 });
    const again = { id: "b", role: "assistant", content: "New" } as const;
    await expect(messages.put(session, [again])).rejects.toMatchObject({
      code: "conflict",
      reason: "removed",
    });
    expect(await messages.append(session, [again])).toEqual({ items: [{ id: "b", seq: 2 }], replayed: true });
    await expect(messages.get(session, "b")).rejects.toMatchObject({ code: "not_found" });
    await messages.append(session, [{ id: "c", role: "user", content: "More" }]);
    expect(await messages.get(session, "c")).toMatchObject({ seq: 3, parentSeq: 2 });
    const { answers } = await services.store.read({
      tenant: "default",
      requests: [{ type: "get", kind: "messages", keys: [[session, 2]], select: "all" }],
    });
    expect(answers[0][0]).toMatchObject({ content: "", metadata: "", native: "", tokenCount: 0, usage: "" });
  });

  test("what is not there can't be deleted", async () => {
    const { messages } = services.tl;
    await expect(messages.delete(session, "x")).rejects.toMatchObject({
      code: "not_found",
      reason: "message",
    });
    await expect(messages.delete("x", "a")).rejects.toMatchObject({ code: "not_found", reason: "session" });
  });

  test("of two deletions at once, one finds the message", async () => {
    const outcomes = await Promise.allSettled([
      services.tl.messages.delete(session, "a"),
      services.tl.messages.delete(session, "a"),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await services.tl.sessions.get(session)).toMatchObject({ messageCount: 1, tokenCount: 2 });
  });

  test("the feed tells of a deletion and a replacement without their content", async () => {
    await services.tl.messages.put(session, [{ id: "a", role: "user", content: "secret words" }]);
    await services.tl.messages.delete(session, "a");
    const { entries } = await services.store.changes({ tenant: "default", limit: 100 });
    expect(entries.slice(-2).map(({ changes }) => changes)).toMatchObject([
      [{ kind: "messages", change: "update", key: [session, 1] }],
      expect.arrayContaining([
        expect.objectContaining({ kind: "messages", change: "remove", key: [session, 1] }),
      ]),
    ]);
    expect(JSON.stringify(entries)).not.toContain("secret");
  });
});
