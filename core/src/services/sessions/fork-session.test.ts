import { beforeEach, describe, expect, test } from "vitest";
import { noteReads } from "../test/count-reads.ts";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("forks on %s", (name) => {
  const services = useServices(name);
  let parent = "";

  beforeEach(async () => {
    const { sessions } = services.tl;
    parent = (
      await sessions.create({
        user: "ada",
        project: "p",
        tool: "chat",
        model: "m",
        workspacePath: "/w",
        externalKey: "k",
        terminal: "t",
        title: "Parent",
        tags: ["a"],
        metadata: { a: 1 },
      })
    ).id;
    await append(parent, "a", "b", "c", "d");
  });

  async function append(session: string, ...given: readonly string[]): Promise<void> {
    await services.tl.messages.append(
      session,
      given.map((id) => ({ id, role: "user", content: `message ${id}` })),
    );
  }

  async function ids(session: string): Promise<string> {
    const { items } = await services.tl.messages.list(session, { limit: 1_000 });
    return items.map(({ id }) => id).join("");
  }

  async function forksOf(session: string): Promise<unknown> {
    const { answers } = await services.store.read({
      tenant: "default",
      requests: [{ type: "get", kind: "sessions", keys: [[session]], select: "all" }],
    });
    return answers[0][0]?.forks;
  }

  test("[C27] a fork goes on from the head, and the parent from its own", async () => {
    const { sessions, messages } = services.tl;
    const fork = await sessions.fork(parent);
    expect(fork).toMatchObject({
      userId: "ada",
      projectId: "p",
      toolId: "chat",
      model: "m",
      workspacePath: "/w",
      externalKey: null,
      terminalId: null,
      title: null,
      tags: [],
      metadata: {},
      parentSessionId: parent,
      forkedAt: 4,
      messageCount: 0,
      status: "active",
      revision: 1,
    });
    expect(await sessions.get(fork.id)).toEqual(fork);
    expect(await ids(fork.id)).toBe("abcd");
    await append(parent, "e");
    await append(fork.id, "x", "y");
    expect(await ids(fork.id)).toBe("abcdxy");
    expect(await ids(parent)).toBe("abcde");
    expect(await messages.get(fork.id, "x")).toMatchObject({ seq: 5, parentSeq: 4, sessionId: fork.id });
    expect(await sessions.get(fork.id)).toMatchObject({ messageCount: 2 });
    expect(await forksOf(parent)).toBe(1);
    expect(await services.store.check()).toEqual([]);
  });

  test("at a position, with what is given", async () => {
    const { sessions } = services.tl;
    const fork = await sessions.fork(parent, {
      atSeq: 2,
      title: "Fork",
      model: "other",
      workspacePath: null,
      externalKey: "k2",
      terminal: "t2",
      tags: ["b"],
      pinned: true,
    });
    expect(fork).toMatchObject({
      forkedAt: 2,
      title: "Fork",
      model: "other",
      workspacePath: null,
      externalKey: "k2",
      terminalId: "t2",
      tags: ["b"],
      pinned: true,
    });
    await append(fork.id, "x");
    expect(await ids(fork.id)).toBe("abx");
  });

  test("of a fork, inside its own part and inside what it shares", async () => {
    const { sessions } = services.tl;
    const child = await sessions.fork(parent, { atSeq: 3 });
    await append(child.id, "x", "y", "z");
    const later = await sessions.fork(child.id, { atSeq: 5 });
    const earlier = await sessions.fork(child.id, { atSeq: 2 });
    await append(later.id, "l");
    await append(earlier.id, "e");
    expect(await ids(later.id)).toBe("abcxyl");
    expect(await ids(earlier.id)).toBe("abe");
    expect(later).toMatchObject({ parentSessionId: child.id, forkedAt: 5 });
    expect(earlier).toMatchObject({ parentSessionId: child.id, forkedAt: 2 });
    const chain = async (id: string) => (await sessions.chain(id)).map((session) => session.id);
    expect(await chain(later.id)).toEqual([later.id, child.id, parent]);
    expect(await chain(parent)).toEqual([parent]);
    expect((await sessions.children(child.id)).items.map(({ id }) => id)).toEqual([earlier.id, later.id]);
    await expect(sessions.children(undefined as never)).rejects.toMatchObject({ code: "invalid" });
    await sessions.delete(child.id);
    expect(await chain(later.id)).toEqual([later.id, parent]);
    expect(await ids(later.id)).toBe("abcxyl");
  });

  test("a chain of any length is two reads", async () => {
    let last = parent;
    for (let depth = 0; depth < 20; depth += 1) {
      last = (await services.tl.sessions.fork(last)).id;
      await append(last, `m${depth}-`);
    }
    const { tl, reads } = noteReads(services.tl);
    expect(await tl.sessions.chain(last)).toHaveLength(21);
    expect(reads).toHaveLength(2);
    expect(await ids(last)).toBe(`abcd${Array.from({ length: 20 }, (_, depth) => `m${depth}-`).join("")}`);
  });

  test("at the end of a branch that is not current, and at a deleted message", async () => {
    const { sessions, messages } = services.tl;
    await messages.append(parent, [{ id: "B", role: "user", content: "B", parentId: "a" }]);
    await messages.append(parent, [{ id: "C", role: "user", content: "C", parentId: "B" }]);
    expect(await ids(parent)).toBe("abcd");
    const fork = await sessions.fork(parent, { atSeq: 6 });
    expect(await ids(fork.id)).toBe("aBC");
    await messages.delete(parent, "C");
    const again = await sessions.fork(parent, { atSeq: 6 });
    expect(await ids(fork.id)).toBe("aB");
    expect(await ids(again.id)).toBe("aB");
    await append(again.id, "x");
    expect(await ids(again.id)).toBe("aBx");
  });

  test("of what was rewound, at its head", async () => {
    await services.tl.sessions.setHead(parent, { seq: 2 });
    expect(await services.tl.sessions.fork(parent)).toMatchObject({ forkedAt: 2 });
  });

  test("settings go with it, and are its own from then on", async () => {
    const { sessions, settings } = services.tl;
    await settings.set(parent, { systemPrompt: "Be brief.", permissionMode: "deny" });
    const fork = await sessions.fork(parent);
    expect(await settings.get(fork.id)).toMatchObject({ systemPrompt: "Be brief.", permissionMode: "deny" });
    await settings.set(parent, { systemPrompt: "Be long." });
    expect(await settings.get(fork.id)).toMatchObject({ systemPrompt: "Be brief." });
  });

  test.each([5, 99, 0, -1])("there is no fork at position %i", async (atSeq) => {
    const before = await services.tl.sessions.get(parent);
    await expect(services.tl.sessions.fork(parent, { atSeq })).rejects.toMatchObject({
      code: "invalid",
      reason: "position",
      outcome: "refused",
    });
    expect(await services.tl.sessions.get(parent)).toEqual(before);
    expect((await services.tl.sessions.list()).items).toHaveLength(1);
  });

  test("a fork has no positions of its parent that it does not share", async () => {
    const { sessions, messages } = services.tl;
    await messages.append(parent, [{ id: "B", role: "user", content: "B", parentId: "a" }], { head: "move" });
    const fork = await sessions.fork(parent);
    await append(fork.id, "x");
    for (const atSeq of [2, 4]) {
      await expect(sessions.fork(fork.id, { atSeq })).rejects.toMatchObject({ reason: "position" });
    }
    expect(await ids((await sessions.fork(fork.id, { atSeq: 1 })).id)).toBe("a");
  });

  test("an empty session has nothing to share", async () => {
    const empty = await services.tl.sessions.create();
    await expect(services.tl.sessions.fork(empty.id)).rejects.toMatchObject({ reason: "position" });
  });

  test.each([
    [{ atSeq: 1.5 }, "atSeq", "type"],
    [{ atSeq: "1" }, "atSeq", "type"],
    [{ user: "eve" }, "user", "unknown_field"],
    [{ parent: "x" }, "parent", "unknown_field"],
    [{ project: "x" }, "project", "unknown_field"],
    [{ createdAt: new Date(0) }, "createdAt", "unknown_field"],
  ])("the options %j are refused", async (options, field, reason) => {
    await expect(services.tl.sessions.fork(parent, options as never)).rejects.toMatchObject({
      code: "invalid",
      reason,
      details: { field },
    });
  });

  test("keys of another session are refused, and nothing is written", async () => {
    for (const options of [{ externalKey: "k" }, { terminal: "t" }]) {
      await expect(services.tl.sessions.fork(parent, options)).rejects.toMatchObject({
        code: "conflict",
        reason: "exists",
      });
    }
    expect(await forksOf(parent)).toBe(0);
  });

  test("of what is not there, was deleted, or is deleted while it is forked", async () => {
    const { sessions } = services.tl;
    const notFound = { code: "not_found", reason: "session" };
    await expect(sessions.fork("nobody")).rejects.toMatchObject(notFound);
    const late = beforeNextCommit(services, () => sessions.delete(parent));
    await expect(late.sessions.fork(parent)).rejects.toMatchObject(notFound);
    await expect(sessions.fork(parent)).rejects.toMatchObject(notFound);
    expect((await sessions.list({ all: true })).items).toEqual([]);
  });

  test("a parent is set once: nothing can make a cycle", async () => {
    const { sessions } = services.tl;
    const fork = await sessions.fork(parent);
    await expect(sessions.update(parent, { parent: fork.id } as never)).rejects.toMatchObject({
      code: "invalid",
      reason: "unknown_field",
    });
    await expect(sessions.update(parent, { forkedAt: 1 } as never)).rejects.toMatchObject({
      code: "invalid",
    });
  });

  test("a path of 1,000 pieces can be shared, one of more can't", async () => {
    const { sessions, messages } = services.tl;
    const long = await sessions.create();
    for (let turn = 0; turn < 2; turn += 1) {
      const edits = Array.from({ length: 500 }, (_, index) => [
        { id: `dead ${turn} ${index}`, role: "user" as const, content: "x" },
        {
          id: `kept ${turn} ${index}`,
          role: "user" as const,
          content: "x",
          parentId:
            turn + index === 0
              ? null
              : `kept ${index === 0 ? turn - 1 : turn} ${index === 0 ? 499 : index - 1}`,
        },
      ]).flat();
      await messages.append(long.id, edits, { head: "move" });
    }
    const fork = await sessions.fork(long.id);
    expect((await messages.list(fork.id, { last: 2 })).items.map(({ seq }) => seq)).toEqual([1_998, 2_000]);
    await messages.append(long.id, [{ role: "user", content: "x", parentId: "kept 1 498" }], {
      head: "move",
    });
    await sessions.fork(long.id);
    await append(long.id, "dead");
    const last = { role: "user", content: "x", parentId: "kept 1 499" } as const;
    await messages.append(long.id, [last], { head: "move" });
    await expect(sessions.fork(long.id)).rejects.toMatchObject({ code: "too_large", reason: "history" });
    expect(await sessions.fork(long.id, { atSeq: 2_000 })).toMatchObject({ forkedAt: 2_000 });
  });
});
