import { beforeEach, describe, expect, test } from "vitest";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("the head on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    const { sessions, messages } = services.tl;
    session = (await sessions.create()).id;
    const given = ["a", "b", "c"].map((id) => ({ id, role: "user" as const, content: id }));
    await messages.append(session, given);
    await messages.append(session, [{ id: "d", role: "user", content: "d", parentId: "a" }]);
  });

  async function ids(of = session): Promise<string> {
    return (await services.tl.messages.list(of)).items.map(({ id }) => id).join("");
  }

  test("moves to any position, and to any message", async () => {
    const { sessions } = services.tl;
    expect(await ids()).toBe("abc");
    const before = await sessions.get(session);
    const moved = await sessions.setHead(session, { messageId: "d" });
    expect(moved).toMatchObject({
      id: session,
      revision: before.revision + 1,
      lastActivity: before.lastActivity,
    });
    expect(moved.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
    expect(await sessions.get(session)).toEqual(moved);
    expect(await ids()).toBe("ad");
    await sessions.setHead(session, { seq: 2 });
    expect(await ids()).toBe("ab");
    await sessions.setHead(session, { seq: 0 });
    expect(await ids()).toBe("");
    expect(await services.store.check()).toEqual([]);
  });

  test("is there already: nothing is written", async () => {
    const before = await services.tl.sessions.get(session);
    expect(await services.tl.sessions.setHead(session, { seq: 3 }, { expectedHead: 3 })).toEqual(before);
  });

  test("is where the caller thinks, or it is a conflict", async () => {
    const { sessions, messages } = services.tl;
    await sessions.setHead(session, { seq: 4 }, { expectedHead: 3 });
    const stale = { code: "conflict", reason: "head", outcome: "refused" };
    await expect(sessions.setHead(session, { seq: 2 }, { expectedHead: 3 })).rejects.toMatchObject({
      ...stale,
      details: { session, expected: 3, actual: 4 },
    });
    const late = beforeNextCommit(services, () =>
      messages.append(session, [{ id: "e", role: "user", content: "e" }]),
    );
    await expect(late.sessions.setHead(session, { seq: 2 }, { expectedHead: 4 })).rejects.toMatchObject(
      stale,
    );
    expect(await ids()).toBe("ade");
    // Without it, whoever comes last decides.
    const last = beforeNextCommit(services, () =>
      messages.append(session, [{ id: "f", role: "user", content: "f" }]),
    );
    await last.sessions.setHead(session, { seq: 2 });
    expect(await ids()).toBe("ab");
  });

  test.each([
    [{ seq: 5 }, "invalid", "position"],
    [{ seq: -1 }, "invalid", "position"],
    [{ seq: Number.MAX_SAFE_INTEGER }, "invalid", "position"],
    [{ seq: 1.5 }, "invalid", "type"],
    [{ messageId: "nobody" }, "not_found", "message"],
    [{}, "invalid", "type"],
    [{ seq: 1, messageId: "a" }, "invalid", "type"],
  ])("%j is no head", async (target, code, reason) => {
    const before = await services.tl.sessions.get(session);
    await expect(services.tl.sessions.setHead(session, target as never)).rejects.toMatchObject({
      code,
      reason,
    });
    expect(await services.tl.sessions.get(session)).toEqual(before);
  });

  test("a deleted message is none by its id", async () => {
    await services.tl.messages.delete(session, "d");
    await expect(services.tl.sessions.setHead(session, { messageId: "d" })).rejects.toMatchObject({
      code: "not_found",
      reason: "message",
    });
  });

  test("of a session that is not there, or is deleted meanwhile", async () => {
    const { sessions } = services.tl;
    const notFound = { code: "not_found", reason: "session" };
    await expect(sessions.setHead("nobody", { seq: 0 })).rejects.toMatchObject(notFound);
    const late = beforeNextCommit(services, () => sessions.delete(session));
    await expect(late.sessions.setHead(session, { seq: 1 })).rejects.toMatchObject(notFound);
    await expect(sessions.setHead(session, { seq: 1 })).rejects.toMatchObject(notFound);
  });

  test("of a fork may be a position that it shares, and none that it does not", async () => {
    const { sessions, messages } = services.tl;
    const fork = (await sessions.fork(session, { atSeq: 4 })).id;
    expect(await ids(fork)).toBe("ad");
    await sessions.setHead(fork, { messageId: "a" });
    expect(await ids(fork)).toBe("a");
    await messages.append(fork, [{ id: "x", role: "user", content: "x" }]);
    expect(await messages.get(fork, "x")).toMatchObject({ seq: 5, parentSeq: 1 });
    expect(await ids(fork)).toBe("ax");
    for (const seq of [2, 3, 6]) {
      await expect(sessions.setHead(fork, { seq })).rejects.toMatchObject({ reason: "position" });
    }
    await expect(sessions.setHead(fork, { messageId: "b" })).rejects.toMatchObject({ reason: "message" });
    await sessions.setHead(fork, { seq: 4 });
    expect(await ids(fork)).toBe("ad");
    expect(await services.store.check()).toEqual([]);
  });
});
