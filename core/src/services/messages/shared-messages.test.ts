import { beforeEach, describe, expect, test } from "vitest";
import { noteReads } from "../test/count-reads.ts";
import { storeNames, useServices } from "../test/use-services.ts";

const user = "user" as const;

describe.each(storeNames)("messages that a fork shares on %s", (name) => {
  const services = useServices(name);
  let parent = "";
  let child = "";
  let fork = "";

  // The parent has a b c d, and B beside b; the child leaves it at c and has x; the fork leaves the child at x.
  beforeEach(async () => {
    const { sessions, messages } = services.tl;
    const native = { format: "f", text: "{}" };
    parent = (await sessions.create()).id;
    await messages.append(parent, [
      { id: "a", role: user, content: "a", native },
      { id: "b", role: user, content: "b" },
      { id: "c", role: user, content: "c" },
      { id: "d", role: user, content: "d" },
      { id: "B", role: user, content: "B", parentId: "a" },
    ]);
    child = (await sessions.fork(parent, { atSeq: 3 })).id;
    await messages.append(child, [{ id: "x", role: user, content: "x" }]);
    fork = (await sessions.fork(child)).id;
  });

  async function ids(session: string): Promise<string> {
    return (await services.tl.messages.list(session)).items.map(({ id }) => id).join("");
  }

  test("are read by their ids, also when those who own them were deleted", async () => {
    const { sessions, messages } = services.tl;
    for (const hide of [undefined, child, parent]) {
      if (hide !== undefined) await sessions.delete(hide);
      expect(await messages.get(fork, "a")).toMatchObject({ sessionId: parent, seq: 1, content: "a" });
      expect(await messages.get(fork, "a", { native: true })).toMatchObject({ native: { format: "f" } });
      expect(await messages.get(fork, "x")).toMatchObject({ sessionId: child, seq: 4 });
      for (const other of ["d", "B", "nobody"]) {
        await expect(messages.get(fork, other)).rejects.toMatchObject({
          code: "not_found",
          reason: "message",
        });
      }
    }
    await sessions.delete(fork);
    await expect(messages.get(fork, "a")).rejects.toMatchObject({ code: "not_found" });
  });

  test("can't be changed or deleted through it: the error says whose they are", async () => {
    const { sessions, messages } = services.tl;
    await messages.append(fork, [{ id: "own", role: user, content: "own" }]);
    const before = await Promise.all([parent, child, fork].map((id) => sessions.get(id)));
    const conflict = { code: "conflict", reason: "shared_history", outcome: "refused" };
    const edited = { id: "a", role: user, content: "other" } as const;
    await expect(messages.put(fork, [edited])).rejects.toMatchObject({
      ...conflict,
      details: { id: "a", owner: parent, seq: 1 },
    });
    const several = [
      { id: "own", role: user, content: "changed" },
      { ...edited, id: "x" },
    ] as const;
    await expect(messages.put(fork, several)).rejects.toMatchObject({
      ...conflict,
      details: { owner: child },
    });
    await expect(messages.delete(fork, "x")).rejects.toMatchObject({
      ...conflict,
      details: { owner: child },
    });
    expect(await Promise.all([parent, child, fork].map((id) => sessions.get(id)))).toEqual(before);
    expect(await ids(fork)).toBe("abcxown");
  });

  test("what it does not share is not there: a put appends, a deletion finds nothing", async () => {
    const { messages } = services.tl;
    await messages.put(fork, [{ id: "d", role: user, content: "mine" }]);
    expect(await messages.get(fork, "d")).toMatchObject({ sessionId: fork, seq: 5, content: "mine" });
    await messages.put(fork, [{ id: "d", role: user, content: "changed" }]);
    expect(await messages.get(fork, "d")).toMatchObject({ seq: 5, content: "changed", revision: 2 });
    await expect(messages.delete(fork, "B")).rejects.toMatchObject({ reason: "message" });
    await messages.delete(fork, "d");
    await expect(messages.delete(fork, "d")).rejects.toMatchObject({ reason: "message" });
    expect(await messages.get(parent, "d")).toMatchObject({ content: "d" });
  });

  test("change for all where their owner changes them", async () => {
    const { messages } = services.tl;
    await messages.put(parent, [{ id: "b", role: user, content: "changed" }]);
    expect(await messages.get(fork, "b")).toMatchObject({ content: "changed" });
    await messages.delete(parent, "b");
    expect(await ids(fork)).toBe("acx");
    await expect(messages.get(fork, "b")).rejects.toMatchObject({ reason: "message" });
    await expect(messages.delete(fork, "b")).rejects.toMatchObject({ reason: "shared_history" });
  });

  test("can be followed, by messages that repeat themselves safely", async () => {
    const { messages } = services.tl;
    const edit = [
      { id: "e", role: user, content: "e", parentId: "a" },
      { id: "f", role: user, content: "f" },
    ];
    const first = await messages.append(fork, edit, { head: "move" });
    expect(first.items).toEqual([
      { id: "e", seq: 5 },
      { id: "f", seq: 6 },
    ]);
    expect(await ids(fork)).toBe("aef");
    expect(await messages.append(fork, edit, { head: "move" })).toEqual({ ...first, replayed: true });
    const otherParent = [{ id: "e", role: user, content: "e", parentId: "b" }];
    await expect(messages.append(fork, otherParent)).rejects.toMatchObject({ reason: "different_content" });
    const operation = { operationId: "once" };
    const unnamed = [{ role: user, content: "g", parentId: "x" }];
    const once = await messages.append(fork, unnamed, operation);
    expect(await messages.append(fork, unnamed, operation)).toEqual({ ...once, replayed: true });
    expect(await services.store.check()).toEqual([]);
  });

  test("can be followed by the messages that a fork is found or made with", async () => {
    const { tl } = services;
    const own = (await tl.sessions.fork(child, { externalKey: "fork" })).id;
    for (const content of ["small", "large ".repeat(20_000)]) {
      const messages = [{ id: content.slice(0, 5), role: user, content, parentId: "a" }];
      const first = await tl.sessions.getOrCreate({ externalKey: "fork" }, { messages });
      expect(first).toMatchObject({ created: false, session: { id: own } });
      expect(await tl.messages.get(own, content.slice(0, 5))).toMatchObject({ parentSeq: 1, content });
      const again = await tl.sessions.getOrCreate({ externalKey: "fork" }, { messages });
      expect(again.messages).toEqual(first.messages);
    }
    const nowhere = [{ role: user, content: "x", parentId: "nowhere" }];
    for (const externalKey of ["fork", "new"]) {
      await expect(tl.sessions.getOrCreate({ externalKey }, { messages: nowhere })).rejects.toMatchObject({
        code: "not_found",
        reason: "absent",
      });
    }
  });

  test("other messages of their owners can't be followed", async () => {
    const { messages } = services.tl;
    for (const parentId of ["d", "B"]) {
      await expect(messages.append(fork, [{ role: user, content: "x", parentId }])).rejects.toMatchObject({
        code: "invalid",
        reason: "position",
        outcome: "refused",
      });
    }
    for (const session of [fork, parent]) {
      await expect(
        messages.append(session, [{ role: user, content: "x", parentId: "nobody" }]),
      ).rejects.toMatchObject({ code: "not_found", reason: "absent" });
    }
    expect(await ids(fork)).toBe("abcx");
  });

  test("the first message may follow nothing, and have an id that the fork does not share", async () => {
    const { messages } = services.tl;
    await messages.append(fork, [{ id: "d", role: user, content: "own", parentId: null }], { head: "move" });
    expect(await ids(fork)).toBe("d");
    await messages.append(fork, [{ id: "y", role: user, content: "y", parentId: "d" }]);
    expect(await messages.get(fork, "y")).toMatchObject({ parentSeq: 5 });
    expect(await messages.get(fork, "d")).toMatchObject({ sessionId: fork });
    // The parent's own is another message, which the fork does not see.
    expect(await messages.get(parent, "d")).toMatchObject({ sessionId: parent, content: "d" });
  });

  test("keep their ids for themselves: an append that brings one writes nothing", async () => {
    const { messages, sessions } = services.tl;
    await messages.delete(parent, "b");
    const named = await sessions.fork(child, { externalKey: "fork" });
    for (const id of ["a", "b", "x"]) {
      const appended = [
        { role: user, content: "before" },
        { id, role: user, content: id },
      ] as const;
      const refused = {
        code: "conflict",
        reason: "shared_history",
        outcome: "refused",
        details: { id, owner: id === "x" ? child : parent },
      };
      for (const one of [fork, named.id])
        await expect(messages.append(one, appended)).rejects.toMatchObject(refused);
      const again = sessions.getOrCreate({ externalKey: "fork" }, { messages: appended });
      await expect(again).rejects.toMatchObject(refused);
    }
    expect(await sessions.get(fork)).toMatchObject({ messageCount: 0, revision: 1 });
    expect(await sessions.get(named.id)).toMatchObject({ messageCount: 0, revision: 1 });
  });

  test("an append without ids asks for nothing, others and a put only once whether the session is a fork", async () => {
    const { tl, reads } = noteReads(services.tl);
    await tl.messages.append(fork, [{ id: "y", role: user, content: "y", parentId: "x" }]);
    reads.length = 0;
    await tl.messages.append(parent, [{ role: user, content: "e", parentId: "d" }]);
    expect(reads).toHaveLength(0);
    await tl.messages.append(parent, [{ id: "e", role: user, content: "e", parentId: "d" }]);
    expect(reads).toHaveLength(1);
    await tl.messages.append(parent, [{ id: "f", role: user, content: "f" }]);
    await tl.messages.put(parent, [{ id: "e", role: user, content: "e2" }]);
    await tl.messages.put(parent, [{ id: "e", role: user, content: "e3" }]);
    expect(reads).toHaveLength(1);
  });
});
